use std::time::Duration;

use resilient_runtime::{PolicyConfig, RateConfig, Rejection, RetryConfig};
use resilient_tests::double::{Act, Double, Fault};
use tokio::time::{Instant, advance};

use super::{SECOND, get, policy, poll_once};

#[tokio::test(start_paused = true)]
async fn a_newcomer_does_not_overtake_who_waits_though_a_token_is_there() {
    let policy =
        policy(PolicyConfig::new().rate(RateConfig::new().limit(1.0).burst(1).wait(60 * SECOND)));
    let double = Double::default();
    assert_eq!(get(&policy, &double).await, Ok(1));
    let mut waits = Box::pin(get(&policy, &double));
    assert!(poll_once(waits.as_mut()).is_pending());
    // The token has come, and the waiter was not polled yet.
    advance(SECOND).await;
    let mut newcomer = Box::pin(get(&policy, &double));
    assert!(poll_once(newcomer.as_mut()).is_pending());
    assert_eq!((waits.await, newcomer.await), (Ok(2), Ok(3)));
}

#[tokio::test(start_paused = true)]
async fn a_throttling_answer_holds_every_call_back_for_as_long_as_it_says_up_to_the_longest_delay()
{
    for (asked, retry, pause) in [
        (10 * SECOND, None, 10 * SECOND),
        (Duration::from_secs(3_600), None, 60 * SECOND),
        (Duration::from_secs(3_600), Some(20 * SECOND), 20 * SECOND),
    ] {
        let mut config = PolicyConfig::new()
            .rate(RateConfig::new().limit(10.0).burst(10).wait(Duration::from_secs(100_000)));
        if let Some(max_delay) = retry {
            config = config.retry(RetryConfig::new().max(1).max_delay(max_delay));
        }
        let policy = policy(config);
        let double = Double::playing([Act::Fail(Fault::Busy(asked))]);
        let start = Instant::now();
        assert_eq!(get(&policy, &double).await, Err(Fault::Busy(asked)));
        assert_eq!(get(&policy, &double).await, Ok(2));
        assert_eq!(start.elapsed(), pause);
    }
}

#[tokio::test(start_paused = true)]
async fn a_rejection_tells_when_the_next_slot_is() {
    let policy =
        policy(PolicyConfig::new().rate(RateConfig::new().limit(0.1).burst(1).wait(SECOND)));
    let double = Double::default();
    assert_eq!(get(&policy, &double).await, Ok(1));
    let Err(Fault::Rejected(Rejection::RateLimited { retry_after, .. })) =
        get(&policy, &double).await
    else {
        panic!("rejected")
    };
    assert_eq!((retry_after, double.calls()), (10 * SECOND, 1));
}
