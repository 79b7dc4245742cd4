use resilient_runtime::{
    BreakerConfig, CacheConfig, Failure, Key, Policy, Registry, fallible, resilient, storable,
    traced, warm,
};
use resilient_tests::{
    api, books, decorated,
    double::{Act, Double, Fault},
};
use tempfile::tempdir;
use tokio::time::advance;

use crate::{HOUR, MINUTE, SECOND, by_hand, poll_once, seen};

fn down_after_one() -> Double {
    let down = std::iter::repeat_n(Act::Fail(Fault::Down), 100);
    Double::playing(std::iter::once(Act::Answer).chain(down))
}

#[tokio::test(start_paused = true)]
async fn an_expired_answer_is_served_to_a_call_that_fails_and_no_longer_than_said() {
    api!(cache(memory = "5m", stale = "1h"));
    let api = decorated!(down_after_one());
    assert_eq!(api.get().await, Ok(1));
    advance(5 * MINUTE).await;
    assert_eq!(seen(api.get()).await, (Ok(1), "stale", 5 * MINUTE));
    advance(3_599 * SECOND).await;
    assert_eq!(seen(api.get()).await, (Ok(1), "stale", 3_599 * SECOND + 5 * MINUTE));
    advance(SECOND).await;
    assert_eq!(seen(api.get()).await.0, Err(Fault::Down), "as old as it may not be");
    let books = books!(api);
    assert_eq!((books.failures, books.successes, books.cache.stale), (3, 1, 2));
    assert_eq!((books.fallbacks, books.fallbacks_failed), (0, 0));
    assert_eq!(api.inner().calls(), 4, "each call asked the service first");
}

#[tokio::test(start_paused = true)]
async fn without_a_bound_nothing_expired_is_served() {
    api!(cache = "5m");
    let api = decorated!(down_after_one());
    assert_eq!(api.get().await, Ok(1));
    advance(5 * MINUTE).await;
    assert_eq!(api.get().await, Err(Fault::Down));
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_and_a_timeout_are_no_reason_to_have_nothing() {
    api!(cache(memory = "5m", stale = "1h"), breaker(threshold = 1, recovery = "1h"));
    let api = decorated!(down_after_one());
    assert_eq!(api.get().await, Ok(1));
    advance(6 * MINUTE).await;
    for _ in 0..3 {
        assert_eq!(seen(api.get()).await.1, "stale");
    }
    assert_eq!(api.inner().calls(), 2, "the open breaker let nothing through");
    assert_eq!(books!(api).rejected.breaker_open, 2);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_another_load_past_the_deadline_is_served_too() {
    api!(cache(memory = "5m", stale = "1h"), timeout(call = "1s"));
    let api = decorated!(Double::playing([Act::Answer, Act::Hang]));
    assert_eq!(api.get().await, Ok(1));
    advance(6 * MINUTE).await;
    let (leader, follower) = tokio::join!(seen(api.get()), seen(api.get()));
    assert_eq!((leader.1, follower.1), ("stale", "stale"));
    assert_eq!(api.inner().calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_says_no_is_believed() {
    api!(cache(memory = "5m", stale = "1h"));
    let api = decorated!(Double::playing([Act::Answer, Act::Fail(Fault::Wrong)]));
    assert_eq!(api.get().await, Ok(1));
    advance(6 * MINUTE).await;
    assert_eq!(api.get().await, Err(Fault::Wrong));
}

#[tokio::test(start_paused = true)]
async fn the_chain_says_when_it_is_asked() {
    #[allow(clippy::unused_async, reason = "a fallback of an async method is async")]
    async fn passes_on(failure: Failure<Fault>) -> Result<u32, Fault> {
        Err(failure.error)
    }
    #[resilient(cache(memory = "5m", stale = "1h"))]
    trait Chains {
        #[resilient(fallback(value = 100))]
        async fn first(&self) -> Result<u32, Fault>;
        #[resilient(fallback(passes_on, stale, value = 100))]
        async fn second(&self) -> Result<u32, Fault>;
        #[resilient(fallback(|_failure| async { Ok(7) }, stale))]
        async fn never(&self) -> Result<u32, Fault>;
    }
    impl Chains for Double {
        async fn first(&self) -> Result<u32, Fault> {
            self.answer().await
        }
        async fn second(&self) -> Result<u32, Fault> {
            self.answer().await
        }
        async fn never(&self) -> Result<u32, Fault> {
            self.answer().await
        }
    }
    let good = vec![Act::Answer; 3];
    let double = Double::playing(good.into_iter().chain(vec![Act::Fail(Fault::Down); 20]));
    let api = ResilientChains::with_registry(double, &Registry::new());
    assert_eq!((api.first().await, api.second().await, api.never().await), (Ok(1), Ok(2), Ok(3)));
    advance(6 * MINUTE).await;
    assert_eq!(seen(api.first()).await.1, "stale");
    assert_eq!(seen(api.second()).await.1, "stale");
    assert_eq!(seen(api.never()).await.1, "fallback");
    advance(2 * HOUR).await;
    assert_eq!(seen(api.first()).await.0, Ok(100));
    let (answer, provenance) = traced(api.second()).await;
    assert_eq!((answer, provenance.to_string().as_str()), (Ok(100), "fallback 2"));
    let second = api.service().method("second").expect("declared").snapshot();
    assert_eq!((second.fallbacks, second.cache.stale), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn it_outlives_the_process_on_disk() {
    api!(service = "stale_on_disk", cache(memory = "5m", disk = "30m", stale = "1h"));
    let directory = tempdir().expect("a directory");
    let double = down_after_one();
    let registry = || Registry::builder().cache_dir(directory.path()).build().expect("usable");
    {
        let registry = registry();
        let api = ResilientApi::with_registry(double.clone(), &registry);
        assert_eq!(api.get().await, Ok(1));
        registry.flush().await;
    }
    let registry = registry();
    let api = ResilientApi::with_registry(double.clone(), &registry);
    advance(40 * MINUTE).await;
    assert_eq!((seen(api.get()).await.1, double.calls()), ("stale", 2));
    advance(49 * MINUTE).await;
    assert_eq!(seen(api.get()).await.1, "stale");
    advance(2 * MINUTE).await;
    assert_eq!(api.get().await, Err(Fault::Down));
}

#[tokio::test(start_paused = true)]
async fn by_hand_it_comes_before_the_fallback() {
    let policy = by_hand(CacheConfig::new().memory(MINUTE).stale(HOUR));
    let double = down_after_one();
    let call = || {
        policy
            .with(fallible::<Result<u32, Fault>>())
            .cached(storable(), Key::new())
            .call_or(async || double.answer().await, async |_| Ok(100))
    };
    assert_eq!(call().await, Ok(1));
    advance(2 * MINUTE).await;
    assert_eq!(seen(call()).await, (Ok(1), "stale", 2 * MINUTE));
    assert_eq!(seen(warm(call())).await.0, Err(Fault::Down), "nothing hides that it failed");
    advance(2 * HOUR).await;
    assert_eq!(seen(call()).await.0, Ok(100));
}

#[tokio::test(start_paused = true)]
async fn a_registry_can_say_how_long() {
    api!(service = "told", cache = "5m");
    let told = resilient_runtime::PolicyConfig::new().cache(CacheConfig::new().stale(HOUR));
    let registry = Registry::builder().configure("told", told).build().expect("valid");
    let api = ResilientApi::with_registry(down_after_one(), &registry);
    assert_eq!(api.get().await, Ok(1));
    advance(6 * MINUTE).await;
    assert_eq!(seen(api.get()).await.1, "stale");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_while_it_looks_for_one_leaves_nothing_behind() {
    let directory = tempdir().expect("a directory");
    let registry = Registry::builder().cache_dir(directory.path()).build().expect("usable");
    let config = CacheConfig::new().memory(MINUTE).disk(MINUTE).stale(HOUR);
    let breaker = BreakerConfig::new().threshold(100);
    let policy = Policy::builder("dropped").cache(config).breaker(breaker).registry(&registry);
    let policy = policy.build().expect("valid");
    let double = Double::failing(100);
    for polls in 0..6 {
        let mut call = Box::pin(policy.call_cached(Key::new(), async || double.answer().await));
        for _ in 0..polls {
            if poll_once(call.as_mut()).is_ready() {
                break;
            }
            tokio::time::sleep(SECOND / 100).await;
        }
        drop(call);
        let call = policy.call_cached(Key::new(), async || double.answer().await);
        assert_eq!(call.await, Err(Fault::Down), "not held up by the one that was dropped");
    }
}
