use std::time::Duration;

use resilient_runtime::{
    BreakerConfig, Per, PolicyConfig, RateConfig, Rejection, RetryConfig, State, fallible,
};
use resilient_tests::double::{Act, Double, Fault};
use tokio::time::{advance, sleep};

use super::{SECOND, assert_books_add_up, get, policy, snapshot};

const PER_CALL: BreakerConfig = BreakerConfig::new().per(Per::Call);
const RETRY: RetryConfig = RetryConfig::new().max(3).base(Duration::ZERO);

#[tokio::test(start_paused = true)]
async fn per_call_a_call_counts_once_by_how_it_ended() {
    let policy = policy(PolicyConfig::new().breaker(PER_CALL.threshold(2)).retry(RETRY));
    let failed_in_a_row = || snapshot(&policy).breaker.expect("declared").consecutive_failures;
    let double = Double::failing(3);
    assert_eq!(get(&policy, &double).await, Err(Fault::Down));
    assert_eq!((double.calls(), failed_in_a_row()), (3, 1));
    let double = Double::failing(2);
    assert_eq!(get(&policy, &double).await, Ok(3));
    assert_eq!(failed_in_a_row(), 0);
    for _ in 0..2 {
        assert_eq!(get(&policy, &Double::failing(3)).await, Err(Fault::Down), "it is closed");
    }
    let double = Double::default();
    assert!(matches!(
        get(&policy, &double).await,
        Err(Fault::Rejected(Rejection::BreakerOpen { .. }))
    ));
    assert_eq!(double.calls(), 0);
    assert_books_add_up(&policy);
}

#[tokio::test(start_paused = true)]
async fn a_probe_closes_it_when_it_answers_not_when_it_was_sent() {
    let policy =
        policy(PolicyConfig::new().breaker(BreakerConfig::new().threshold(1).recovery(SECOND)));
    assert!(get(&policy, &Double::failing(1)).await.is_err());
    advance(SECOND).await;
    let answer: Result<(), Fault> = policy
        .call(async || {
            sleep(3 * SECOND).await;
            Ok(())
        })
        .await;
    assert_eq!(answer, Ok(()));
    let breaker = snapshot(&policy).breaker.expect("declared");
    assert_eq!((breaker.state, breaker.time_in.half_open), (State::Closed, 3 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn per_call_a_rejected_retry_leaves_the_failure_before_it() {
    let policy = policy(
        PolicyConfig::new()
            .breaker(PER_CALL.threshold(1))
            .retry(RETRY)
            .rate(RateConfig::new().limit(0.01).burst(1).wait(Duration::ZERO)),
    );
    let double = Double::failing(10);
    assert_eq!(get(&policy, &double).await, Err(Fault::Down), "not the limiter's rejection");
    assert_eq!(double.calls(), 1);
    assert_eq!(snapshot(&policy).breaker.expect("declared").state, State::Open);
    assert_books_add_up(&policy);
}

/// A request that never left is no second failure of the service (law 6).
#[tokio::test(start_paused = true)]
async fn a_retry_that_the_limiter_rejects_counts_as_nothing() {
    let policy = policy(
        PolicyConfig::new()
            .breaker(BreakerConfig::new().threshold(2))
            .retry(RETRY)
            .rate(RateConfig::new().limit(0.01).burst(1).wait(Duration::ZERO)),
    );
    let double = Double::failing(10);
    assert_eq!(get(&policy, &double).await, Err(Fault::Down));
    assert_eq!(double.calls(), 1);
    let breaker = snapshot(&policy).breaker.expect("declared");
    assert_eq!((breaker.state, breaker.failures), (State::Closed, 1));
    assert_books_add_up(&policy);
}

#[tokio::test(start_paused = true)]
async fn per_call_a_call_that_the_limiter_rejects_gives_its_probe_back() {
    let policy = policy(
        PolicyConfig::new()
            .breaker(PER_CALL.threshold(1).recovery(SECOND))
            .rate(RateConfig::new().limit(0.1).burst(1).wait(Duration::ZERO)),
    );
    assert!(get(&policy, &Double::failing(1)).await.is_err());
    advance(2 * SECOND).await;
    let double = Double::default();
    assert!(matches!(
        get(&policy, &double).await,
        Err(Fault::Rejected(Rejection::RateLimited { .. }))
    ));
    let breaker = snapshot(&policy).breaker.expect("declared");
    assert_eq!((breaker.state, breaker.probes), (State::HalfOpen, 0));
    advance(8 * SECOND).await;
    assert_eq!(get(&policy, &double).await, Ok(1));
    assert_eq!(snapshot(&policy).breaker.expect("declared").state, State::Closed);
}

/// A wait in our own line says nothing of the service (law 6).
#[tokio::test(start_paused = true)]
async fn per_call_a_wait_in_our_own_line_is_no_slowness_of_the_service() {
    let policy = policy(
        PolicyConfig::new()
            .breaker(PER_CALL.slow(3 * SECOND).slow_rate(0.1).min_calls(2))
            .rate(RateConfig::new().limit(0.2).burst(1).wait(60 * SECOND)),
    );
    let double = Double::playing(vec![Act::Slow(SECOND); 5]);
    for _ in 0..5 {
        assert!(get(&policy, &double).await.is_ok());
    }
    let breaker = snapshot(&policy).breaker.expect("declared");
    assert_eq!((breaker.state, breaker.slow_rate), (State::Closed, Some(0.0)));
}

#[tokio::test(start_paused = true)]
async fn each_key_has_a_breaker_of_its_own_and_so_do_calls_without_one() {
    let policy = policy(PolicyConfig::new().breaker(BreakerConfig::new().threshold(1).keyed(true)));
    let call = async |key: Option<&str>, double: &Double| {
        let mut call = policy.with(fallible::<Result<u32, Fault>>());
        if let Some(key) = key {
            call = call.breaker_for(key);
        }
        call.call(async || double.answer().await).await
    };
    assert_eq!(call(Some("a"), &Double::failing(1)).await, Err(Fault::Down));
    let double = Double::default();
    assert!(matches!(
        call(Some("a"), &double).await,
        Err(Fault::Rejected(Rejection::BreakerOpen { .. }))
    ));
    assert_eq!(call(Some("b"), &double).await, Ok(1));
    assert_eq!(call(None, &double).await, Ok(2));
    assert_eq!(call(None, &Double::failing(1)).await, Err(Fault::Down));
    assert!(call(None, &double).await.is_err());
    assert_eq!(call(Some("b"), &double).await, Ok(3));
    let keys: Vec<_> =
        snapshot(&policy).keyed_breakers.iter().map(|keyed| keyed.key.to_string()).collect();
    assert_eq!(keys, ["", "a"]);
}
