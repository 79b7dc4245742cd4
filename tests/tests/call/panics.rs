//! A panic in the user's code, wherever it happens, leaves nothing behind.

use std::{cell::Cell, fmt};

use resilient_runtime::{
    BreakerConfig, BulkheadConfig, CacheConfig, HedgeConfig, Key, Policy, PolicyConfig,
    RetryConfig, State, fallible, storable,
};
use resilient_tests::double::{Double, Fault};
use tokio::time::advance;

use super::{SECOND, assert_books_add_up, books, policy, snapshot, unwound};

type Answer = Result<u32, Fault>;

/// Half-open with one probe, and one place.
async fn half_open(keyed: bool) -> Policy {
    let policy = policy(
        PolicyConfig::new()
            .breaker(BreakerConfig::new().threshold(1).recovery(SECOND).keyed(keyed))
            .bulkhead(BulkheadConfig::new().max(1))
            .retry(RetryConfig::new().max(2))
            .cache(CacheConfig::new().memory(60 * SECOND))
            .hedge(HedgeConfig::new().after(SECOND)),
    );
    assert!(policy.call(async || Err::<u32, _>(Fault::Wrong)).await.is_err());
    let failed = policy
        .with(fallible::<Answer>().rules(|rules| rules.retry_when(|_| false)))
        .call(async || Err(Fault::Down))
        .await;
    assert_eq!(failed, Err(Fault::Down));
    advance(SECOND).await;
    policy
}

async fn assert_free(policy: &Policy, what: &str) {
    assert_eq!(snapshot(policy).bulkhead.expect("on").active, 0, "{what}");
    assert_books_add_up(policy);
    let double = Double::default();
    let next = policy
        .with(fallible::<Answer>())
        .cached(storable::<Answer>(), Key::new().part("key"))
        .call(async || double.answer().await);
    let next = tokio::time::timeout(SECOND, next).await;
    assert_eq!(next, Ok(Ok(1)), "{what}: the probe's place and the lead of the flight are free");
    if let Some(breaker) = snapshot(policy).breaker {
        assert_eq!(breaker.state, State::Closed, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn in_the_method_before_or_after_it_waited() {
    for waits in [false, true] {
        let policy = half_open(false).await;
        let call = policy
            .with(fallible::<Answer>())
            .cached(storable::<Answer>(), Key::new().part("key"))
            .call(async || {
                if waits {
                    tokio::time::sleep(SECOND).await;
                }
                panic!("on purpose")
            });
        assert!(unwound(call).await.is_none());
        assert_free(&policy, "method").await;
    }
}

#[tokio::test(start_paused = true)]
async fn where_a_request_of_a_race_is_made() {
    let policy = half_open(false).await;
    let call = policy.call_hedged(|| -> std::future::Ready<Answer> { panic!("on purpose") });
    assert!(unwound(call).await.is_none());
    assert_free(&policy, "request").await;
}

#[tokio::test(start_paused = true)]
async fn in_a_predicate_or_the_hook() {
    let rules = [
        fallible::<Answer>().rules(|rules| rules.failure_if(|_| panic!("on purpose"))),
        fallible::<Answer>().rules(|rules| rules.retry_if(|_| panic!("on purpose"))),
    ];
    for rules in rules {
        let policy = half_open(false).await;
        let call = policy
            .with(rules)
            .cached(storable::<Answer>(), Key::new().part("key"))
            .call(async || Ok(1));
        assert!(unwound(call).await.is_none());
        assert_free(&policy, "predicate").await;
        let policy = half_open(false).await;
        let call = policy.with(rules).call_hedged(|| async { Ok(1) });
        assert!(unwound(call).await.is_none());
        assert_free(&policy, "predicate in a race").await;
    }
    let policy = half_open(false).await;
    policy.service().breaker().expect("on").force_closed();
    let hook = fallible::<Answer>().rules(|rules| rules.before_retry(|_| panic!("on purpose")));
    let call = policy
        .with(hook)
        .cached(storable::<Answer>(), Key::new().part("key"))
        .call(async || Err(Fault::Down));
    assert!(unwound(call).await.is_none());
    policy.service().reset();
    assert_free(&policy, "hook").await;
}

#[tokio::test(start_paused = true)]
async fn in_the_text_of_a_key_or_in_a_fallback() {
    struct Text;
    impl fmt::Display for Text {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("on purpose")
        }
    }
    let policy = half_open(true).await;
    let call =
        async { policy.with(fallible::<Answer>()).breaker_for(&Text).call(async || Ok(1)).await };
    assert!(unwound(call).await.is_none());
    assert_free(&policy, "key").await;

    let policy = half_open(false).await;
    let call = policy
        .with(fallible::<Answer>())
        .cached(storable::<Answer>(), Key::new().part("key"))
        .call_or(async || Err(Fault::Wrong), async |_| panic!("on purpose"));
    assert!(unwound(call).await.is_none());
    assert_free(&policy, "fallback").await;
}

#[tokio::test(start_paused = true)]
async fn where_a_request_is_made_in_place_of_one_that_failed() {
    let policy = policy(PolicyConfig::new().hedge(HedgeConfig::new().after(SECOND)));
    let sent = Cell::new(0);
    let call = policy.with(fallible::<Answer>()).call_hedged(|| {
        sent.set(sent.get() + 1);
        assert!(sent.get() == 1, "on purpose");
        async { Err(Fault::Down) }
    });
    assert!(unwound(call).await.is_none());
    let books = books(&policy);
    assert_eq!((books.cancelled, books.failures), (1, 0), "it has not ended");
}
