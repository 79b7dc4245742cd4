use resilient_runtime::{
    CacheConfig, Key, RetryConfig, cacheable_result, fallible, resilient, storable_result,
};
use resilient_tests::{
    api, books, decorated,
    double::{Act, Double, Fault},
};
use tokio::time::advance;

use crate::{SECOND, by_hand, seen};

#[tokio::test(start_paused = true)]
async fn an_error_that_the_same_request_would_get_again_is_remembered() {
    api!(cache(memory = "5m", negative = "30s"), retry = 3);
    let api = decorated!(Double::playing([Act::Fail(Fault::Wrong)]));
    assert_eq!(api.get().await, Err(Fault::Wrong));
    advance(29 * SECOND).await;
    assert_eq!(seen(api.get()).await, (Err(Fault::Wrong), "failed", std::time::Duration::ZERO));
    advance(SECOND).await;
    assert_eq!(api.get().await, Ok(2));
    let books = books!(api);
    assert_eq!((books.ignored, books.cache.negative, books.failures), (2, 1, 0));
    assert_eq!(books.cache.evicted.expired, 1);
}

#[tokio::test(start_paused = true)]
async fn other_errors_are_not() {
    for fault in [Fault::Down, Fault::Busy(SECOND)] {
        api!(cache(memory = "5m", negative = "30s"));
        let api = decorated!(Double::playing([Act::Fail(fault.clone())]));
        assert_eq!((api.get().await, api.get().await), (Err(fault), Ok(2)));
    }
    api!(cache(memory = "5m", negative = "30s"), timeout = "1s");
    let api = decorated!(Double::playing([Act::Hang]));
    assert!(matches!(api.get().await, Err(Fault::Rejected(_))));
    assert_eq!(api.get().await, Ok(2));
}

#[tokio::test(start_paused = true)]
async fn without_a_word_none_is() {
    api!(cache = "5m");
    let api = decorated!(Double::playing([Act::Fail(Fault::Wrong)]));
    assert_eq!((api.get().await, api.get().await), (Err(Fault::Wrong), Ok(2)));
}

#[tokio::test(start_paused = true)]
async fn who_waits_shares_it_and_fallbacks_are_asked() {
    #[resilient(cache(memory = "5m", negative = "30s"))]
    trait Api {
        async fn get(&self) -> Result<u32, Fault>;
        #[resilient(fallback(value = 100))]
        async fn instead(&self) -> Result<u32, Fault>;
    }
    #[derive(Clone)]
    struct Slow(Double);
    impl Api for Slow {
        async fn get(&self) -> Result<u32, Fault> {
            tokio::time::sleep(SECOND).await;
            self.0.answer().await
        }
        async fn instead(&self) -> Result<u32, Fault> {
            self.get().await
        }
    }
    let slow = Slow(Double::playing(vec![Act::Fail(Fault::Wrong); 2]));
    let api = decorated!(slow);
    let (a, b, c) = tokio::join!(api.get(), api.get(), api.get());
    assert_eq!([a, b, c], [const { Err(Fault::Wrong) }; 3]);
    assert_eq!(slow.0.calls(), 1);
    assert_eq!((api.instead().await, seen(api.instead()).await.1), (Ok(100), "fallback"));
    assert_eq!(slow.0.calls(), 2);
    api.invalidate_all();
    assert_eq!(api.get().await, Ok(3));
}

#[tokio::test(start_paused = true)]
async fn a_value_is_not_taken_for_an_error_of_its_type() {
    let policy = by_hand(CacheConfig::new().memory(SECOND * 60).negative(SECOND * 30));
    let call = |key: u32, result: Result<Fault, Fault>| {
        let policy = &policy;
        async move {
            let call = policy.with(fallible::<Result<Fault, Fault>>());
            call.cached(cacheable_result(), Key::new().part(&key))
                .call(async || result.clone())
                .await
        }
    };
    assert_eq!(call(1, Err(Fault::Wrong)).await, Err(Fault::Wrong));
    assert_eq!(call(2, Ok(Fault::Wrong)).await, Ok(Fault::Wrong));
    assert_eq!(call(1, Ok(Fault::Down)).await, Err(Fault::Wrong));
    assert_eq!(call(2, Ok(Fault::Down)).await, Ok(Fault::Wrong));
}

#[tokio::test(start_paused = true)]
async fn by_hand_and_never_before_the_retries_are_over() {
    let registry = resilient_runtime::Registry::new();
    let policy = resilient_runtime::Policy::builder("hand")
        .cache(CacheConfig::new().memory(SECOND * 60).negative(SECOND * 30))
        .retry(RetryConfig::new().max(2).base(SECOND))
        .registry(&registry)
        .build()
        .expect("valid");
    let wrong = || Act::Fail(Fault::Wrong);
    let double = Double::playing([wrong(), Act::Answer, wrong(), wrong()]);
    let call = || {
        policy
            .with(fallible::<Result<u32, Fault>>().rules(|rules| rules.retry_when(|_| true)))
            .cached(storable_result(), Key::new())
            .call(async || double.answer().await)
    };
    assert_eq!((call().await, call().await, double.calls()), (Ok(2), Ok(2), 2));
    policy.invalidate_all();
    assert_eq!((call().await, double.calls()), (Err(Fault::Wrong), 4));
    assert_eq!((call().await, double.calls()), (Err(Fault::Wrong), 4));
}
