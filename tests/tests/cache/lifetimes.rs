use resilient_runtime::{CacheConfig, ConfigError, Key, Policy, Registry};
use resilient_tests::{
    api, books, decorated,
    double::{Double, Fault},
};
use tokio::time::advance;

use crate::{MINUTE, SECOND, by_hand, seen};

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_asks_for_expires_early() {
    api!(cache(memory = "5m", idle = "1m"));
    let api = decorated!(Double::default());
    assert_eq!(api.get().await, Ok(1));
    for _ in 0..5 {
        advance(59 * SECOND).await;
        assert_eq!(seen(api.get()).await.0, Ok(1), "it was asked for in time");
    }
    advance(MINUTE).await;
    assert_eq!(api.get().await, Ok(2));
    advance(MINUTE).await;
    assert_eq!(api.get().await, Ok(3), "an idle one goes a minute after it came");
    assert_eq!(books!(api).cache.evicted.expired, 2);
}

#[tokio::test(start_paused = true)]
async fn jitter_shortens_lifetimes_and_differs_from_key_to_key() {
    let policy = by_hand(CacheConfig::new().memory(100 * SECOND).jitter(0.5));
    let double = Double::default();
    let get = |key: u32| {
        let (policy, double) = (&policy, &double);
        policy.call_cached(Key::new().part(&key), async || double.answer().await)
    };
    let count = 200;
    for key in 0..count {
        assert!(get(key).await.is_ok());
    }
    let mut expired_by = vec![0];
    advance(99 * SECOND / 2).await;
    for _ in 0..=10 {
        let before = double.calls();
        let mut live = 0;
        for key in 0..count {
            // A look that does not load: the deadline of a load that hangs would be another call.
            live += u32::from(seen(get(key)).await.1 == "live");
        }
        assert_eq!(double.calls() - before, live);
        expired_by.push(live);
        advance(5 * SECOND).await;
        if expired_by.len() == 2 {
            assert_eq!(live, 0, "none lives for less than half of its time");
        }
        if expired_by.iter().sum::<u32>() >= count {
            break;
        }
    }
    let spread = expired_by.iter().filter(|expired| **expired > 0).count();
    assert!(spread >= 8, "they expired in {expired_by:?}");
}

#[tokio::test(start_paused = true)]
async fn only_values_that_the_predicate_likes_are_kept() {
    fn is_even(value: &u32) -> bool {
        value.is_multiple_of(2)
    }
    api!(cache(memory = "5m", cache_if = is_even));
    let api = decorated!(Double::default());
    assert_eq!((api.get().await, api.get().await, api.get().await), (Ok(1), Ok(2), Ok(2)));
    let books = books!(api);
    assert_eq!((books.cache.loads, books.cache_misses), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_value_that_is_not_kept_asks_for_itself() {
    fn never(_: &u32) -> bool {
        false
    }
    api!(cache(memory = "5m", cache_if = never));
    let api = decorated!(Double::playing(vec![resilient_tests::double::Act::Slow(SECOND); 3]));
    let (a, b, c) = tokio::join!(api.get(), api.get(), api.get());
    let mut answers = [a, b, c].map(Result::unwrap);
    answers.sort_unstable();
    assert_eq!(answers, [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn the_books_say_what_left_memory_and_why() {
    let registry = Registry::new();
    let policy = Policy::builder("books")
        .cache(CacheConfig::new().memory(MINUTE).capacity(10))
        .registry(&registry)
        .build()
        .expect("valid");
    let double = Double::default();
    for key in 0..30_u32 {
        let call = policy.call_cached(Key::new().part(&key), async || double.answer().await);
        assert!(call.await.is_ok());
    }
    let books = || policy.service().method("call").expect("declared").snapshot().cache;
    let filled = books();
    assert_eq!(filled.loads, 30);
    assert_eq!(filled.evicted.capacity + filled.entries as u64, 30);
    assert_eq!((filled.evicted.expired, filled.evicted.invalidated), (0, 0));
    policy.invalidate_all();
    assert_eq!((books().evicted.invalidated, books().entries), (filled.entries as u64, 0));
    drop(policy);
    let service = registry.service("books").expect("declared");
    assert_eq!(
        service.snapshot().methods[0].cache.entries,
        0,
        "a decorator that is gone holds none"
    );
}

#[tokio::test(start_paused = true)]
async fn memory_is_bounded_by_weight_whether_the_answer_comes_from_the_service_or_from_disk() {
    fn weigh(value: &u32) -> u64 {
        u64::from(*value)
    }
    #[resilient_runtime::resilient(
        service = "heavy",
        cache(memory = "5m", disk = "30m", max_weight = 1_000, weight = weigh)
    )]
    trait Heavy {
        async fn get(&self, weight: u32) -> Result<u32, Fault>;
    }
    impl Heavy for Double {
        async fn get(&self, weight: u32) -> Result<u32, Fault> {
            self.answer().await.map(|_| weight)
        }
    }
    let directory = tempfile::tempdir().expect("a directory");
    let registry = Registry::builder().cache_dir(directory.path()).build().expect("usable");
    for source in ["live", "disk"] {
        let api = ResilientHeavy::with_registry(Double::default(), &registry);
        for weight in 1..=100 {
            assert_eq!(seen(api.get(weight)).await.1, source);
            let books = books!(api).cache;
            assert!(books.weight <= 1_000, "{books:?}");
        }
        let books = books!(api).cache;
        assert!(books.weight >= 500 && books.entries < 50, "{source}: {books:?}");
        assert!(books.evicted.capacity > 50, "{source}: {books:?}");
        assert_eq!(seen(api.get(2_000)).await.0, Ok(2_000), "too heavy to be kept, and answered");
        registry.flush().await;
        drop(api);
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_that_refuses_to_be_serialized_is_kept_in_memory_and_counted() {
    #[derive(Clone, Debug, PartialEq, serde::Deserialize)]
    struct Opaque(u32);
    impl serde::Serialize for Opaque {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("no"))
        }
    }
    let directory = tempfile::tempdir().expect("a directory");
    let registry = Registry::builder().cache_dir(directory.path()).build().expect("usable");
    let policy = Policy::builder("opaque")
        .cache(CacheConfig::new().memory(MINUTE).disk(MINUTE))
        .registry(&registry)
        .build()
        .expect("valid");
    let call = || policy.call_cached(Key::new(), async || Ok::<_, Fault>(Opaque(1)));
    assert_eq!(seen(call()).await.1, "live");
    registry.flush().await;
    assert_eq!(seen(call()).await, (Ok(Opaque(1)), "memory", std::time::Duration::ZERO));
    let books = policy.service().method("call").expect("declared").snapshot().cache;
    assert_eq!((books.disk_errors, books.entries), (1, 1));
}

#[test]
fn what_cannot_work_is_refused_in_code_too() {
    let refused = |config: CacheConfig| {
        let built = Policy::builder("refused").cache(config).registry(&Registry::new()).build();
        let Err(ConfigError::Invalid { problems, .. }) = built else { panic!("{config:?}") };
        let fields: Vec<_> = problems.iter().map(|problem| problem.parameter.field).collect();
        assert!(problems.iter().all(|problem| problem.advice.contains("write")), "{problems:?}");
        fields.join(", ")
    };
    let minute = || CacheConfig::new().memory(MINUTE);
    for (config, field) in [
        (minute().refresh(MINUTE), "refresh"),
        (minute().idle(2 * MINUTE), "idle"),
        (minute().jitter(1.5), "jitter"),
        (minute().jitter(f64::NAN), "jitter"),
        (minute().stale(std::time::Duration::ZERO), "stale"),
        (minute().negative(std::time::Duration::MAX), "negative"),
        (minute().capacity(0), "capacity"),
        (minute().max_weight(0), "max_weight"),
        (CacheConfig::new().disk(MINUTE).max_weight(9), "max_weight"),
        (CacheConfig::new().disk(MINUTE).refresh(SECOND), "refresh"),
        (CacheConfig::new().disk(MINUTE).idle(SECOND).negative(SECOND), "negative, idle"),
    ] {
        assert_eq!(refused(config), field);
    }
}

#[tokio::test(start_paused = true)]
async fn the_longest_times_do_no_harm() {
    let years = std::time::Duration::from_secs(60 * 60 * 24 * 365 * 99);
    let config = CacheConfig::new().memory(years).disk(years).stale(years).negative(years);
    let policy = by_hand(config.refresh(years / 2).idle(years / 2).jitter(1.0));
    let call = || policy.call_cached(Key::new(), async || Ok::<_, Fault>(1));
    assert_eq!(call().await, Ok(1));
    advance(years).await;
    assert_eq!(call().await, Ok(1));
}
