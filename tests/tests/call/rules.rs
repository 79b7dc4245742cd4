use resilient_runtime::{
    BreakerConfig, CacheConfig, Fallible, Key, Policy, PolicyConfig, Provenance, RetryConfig,
    State, fallible, storable, traced,
};
use resilient_tests::double::{Double, Fault};

use super::{SECOND, assert_books_add_up, books, policy, poll_once, snapshot};

type Answer = Result<u32, Fault>;

fn is_odd(number: &u32) -> bool {
    number % 2 == 1
}

/// An odd number is a failure.
fn odd_fails() -> Fallible<Answer, u32, Fault> {
    fallible::<Answer>().rules(|rules| rules.failure_if(is_odd))
}

/// An odd number is not ready.
fn odd_again() -> Fallible<Answer, u32, Fault> {
    fallible::<Answer>().rules(|rules| rules.retry_if(is_odd))
}

async fn cached(policy: &Policy, rules: Fallible<Answer, u32, Fault>, double: &Double) -> Answer {
    let key = Key::new().part("key");
    policy.with(rules).cached(storable::<Answer>(), key).call(async || double.answer().await).await
}

#[tokio::test(start_paused = true)]
async fn a_value_that_says_failure_opens_the_breaker_and_is_given_and_not_kept() {
    let policy = policy(
        PolicyConfig::new()
            .breaker(BreakerConfig::new().threshold(1))
            .cache(CacheConfig::new().memory(60 * SECOND)),
    );
    let double = Double::default();
    let (answer, provenance) = traced(cached(&policy, odd_fails(), &double)).await;
    assert_eq!(answer, Ok(1), "the caller gets it");
    assert!(matches!(provenance, Provenance::Live { attempts: 1, .. }));
    assert_eq!(snapshot(&policy).breaker.expect("declared").state, State::Open);
    policy.service().reset();
    assert_eq!(cached(&policy, odd_fails(), &double).await, Ok(2), "it was not kept");
    assert_eq!(cached(&policy, odd_fails(), &double).await, Ok(2), "and this one is");
    assert_eq!((double.calls(), books(&policy).failures, books(&policy).successes), (2, 1, 2));
    assert_books_add_up(&policy);
}

#[tokio::test(start_paused = true)]
async fn a_value_that_is_not_ready_is_asked_for_again_and_the_last_one_given_and_not_kept() {
    let config = PolicyConfig::new()
        .breaker(BreakerConfig::new().threshold(1))
        .cache(CacheConfig::new().memory(60 * SECOND))
        .retry(RetryConfig::new().max(2).base(SECOND));
    let ready = policy(config);
    let double = Double::default();
    assert_eq!(cached(&ready, odd_again(), &double).await, Ok(2));
    assert_eq!(cached(&ready, odd_again(), &double).await, Ok(2));
    assert_eq!((double.calls(), books(&ready).retries), (2, 1));

    let never = policy(config.retry(RetryConfig::new().max(1)));
    let double = Double::default();
    assert_eq!(cached(&never, odd_again(), &double).await, Ok(1));
    assert_eq!(cached(&never, odd_again(), &double).await, Ok(2), "it was not kept");
    assert_eq!(books(&never).successes, 2, "not ready is no failure");
    assert_books_add_up(&never);
}

#[tokio::test(start_paused = true)]
async fn while_a_leaders_fallback_is_asked_nobody_waits_for_its_value() {
    let policy = policy(PolicyConfig::new().cache(CacheConfig::new().memory(60 * SECOND)));
    let double = Double::failing(1);
    let pipeline_call =
        policy.with(fallible::<Answer>()).cached(storable::<Answer>(), Key::new().part("key"));
    let mut leader =
        Box::pin(pipeline_call.call_or(
            async || double.answer().await,
            async |_| std::future::pending::<Answer>().await,
        ));
    assert!(poll_once(leader.as_mut()).is_pending());
    let next = tokio::time::timeout(SECOND, cached(&policy, fallible::<Answer>(), &double)).await;
    assert_eq!(next, Ok(Ok(2)));
}
