use std::{sync::Mutex, time::Duration};

use resilient_runtime::{
    AdaptiveConfig, HedgeConfig, Jitter, PolicyConfig, RateConfig, Rejection, RetryConfig,
    TimeoutConfig, TimeoutScope, deadline, fallible,
};
use resilient_tests::double::{Act, Double, Fault};
use tokio::time::{Instant, advance};

use super::{SECOND, books, get, get_hedged, policy, poll_once};

fn scope(outcome: Result<u32, Fault>) -> Option<TimeoutScope> {
    match outcome {
        Err(Fault::Rejected(Rejection::TimedOut { scope, .. })) => Some(scope),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_exactly_at_the_limit_is_too_late() {
    let policy = policy(PolicyConfig::new().timeout(TimeoutConfig::new().attempt(SECOND)));
    let mut call = Box::pin(policy.call(async || {
        tokio::time::sleep(SECOND).await;
        Ok::<u32, Fault>(1)
    }));
    assert!(poll_once(call.as_mut()).is_pending());
    advance(SECOND).await;
    assert_eq!(scope(call.await), Some(TimeoutScope::Attempt));
}

#[tokio::test(start_paused = true)]
async fn huge_times_are_no_trouble_and_the_shorter_of_two_is_told() {
    for (attempt, call, told) in [
        (Duration::from_nanos(1), Duration::from_secs(3_000_000_000), TimeoutScope::Attempt),
        (SECOND, SECOND, TimeoutScope::Attempt),
    ] {
        let policy =
            policy(PolicyConfig::new().timeout(TimeoutConfig::new().attempt(attempt).call(call)));
        assert_eq!(scope(get(&policy, &Double::playing([Act::Hang])).await), Some(told));
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_ends_with_its_call_however_long_it_may_take_itself() {
    let timeout = TimeoutConfig::new().attempt(8 * SECOND).call(10 * SECOND);
    let retry = RetryConfig::new().max(2).base(4 * SECOND).jitter(Jitter::None);
    let policy = policy(PolicyConfig::new().timeout(timeout).retry(retry));
    let start = Instant::now();
    let double = Double::playing([Act::Fail(Fault::Down), Act::Hang]);
    assert_eq!(scope(get(&policy, &double).await), Some(TimeoutScope::Call));
    assert_eq!(start.elapsed(), 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn of_its_own_deadline_and_that_of_the_call_around_it_the_earlier_one_counts() {
    let within =
        |limit: Duration| policy(PolicyConfig::new().timeout(TimeoutConfig::new().call(limit)));
    for (outer, inner) in [(3, 9), (9, 3)] {
        let (outer, inner) = (within(outer * SECOND), within(inner * SECOND));
        let start = Instant::now();
        let hanging = Double::playing([Act::Hang]);
        let answer = outer.call(async || get(&inner, &hanging).await).await;
        assert_eq!(books(&inner).cancelled, 0, "it ends by itself, and is not cut off");
        assert_eq!(scope(answer), Some(TimeoutScope::Call));
        assert_eq!(start.elapsed(), 3 * SECOND);
    }
}

#[tokio::test(start_paused = true)]
async fn each_request_of_a_race_knows_how_long_the_attempt_has() {
    let policy = policy(
        PolicyConfig::new()
            .hedge(HedgeConfig::new().after(SECOND))
            .timeout(TimeoutConfig::new().attempt(5 * SECOND)),
    );
    let (end, told) = (Instant::now() + 5 * SECOND, Mutex::new(Vec::new()));
    let answer = policy.call_hedged(|| async {
        told.lock().expect("no panic").push(deadline());
        tokio::time::sleep(2 * SECOND).await;
        Ok::<_, Fault>(())
    });
    assert_eq!(answer.await, Ok(()));
    assert_eq!(told.into_inner().expect("no panic"), [Some(end); 2]);
}

#[tokio::test(start_paused = true)]
async fn a_fixed_time_holds_until_the_adaptive_one_is_known() {
    let adaptive = AdaptiveConfig::new().percentile(90.0).factor(2.0).max(60 * SECOND);
    let policy = policy(
        PolicyConfig::new().timeout(TimeoutConfig::new().attempt(5 * SECOND).adaptive(adaptive)),
    );
    let start = Instant::now();
    assert!(get(&policy, &Double::playing([Act::Hang])).await.is_err());
    assert_eq!(start.elapsed(), 5 * SECOND);
    let double = Double::playing(vec![Act::Slow(SECOND); 40]);
    for _ in 0..40 {
        assert!(get(&policy, &double).await.is_ok());
    }
    let start = Instant::now();
    assert!(get(&policy, &Double::playing([Act::Hang])).await.is_err());
    assert!((2 * SECOND..3 * SECOND).contains(&start.elapsed()), "{:?}", start.elapsed());
}

/// An adaptive timeout follows how long answers take. What comes faster because it is none must not shorten it.
#[tokio::test(start_paused = true)]
async fn failures_and_refusals_shorten_no_adaptive_timeout() {
    let inner =
        policy(PolicyConfig::new().rate(RateConfig::new().limit(0.01).wait(Duration::ZERO)));
    let _ = get(&inner, &Double::default()).await;
    let nested = get(&inner, &Double::default()).await.expect_err("one token");
    assert!(matches!(nested, Fault::Rejected(Rejection::RateLimited { .. })));
    for fault in [Fault::Down, Fault::Busy(SECOND), nested] {
        let policy = policy(
            PolicyConfig::new().timeout(TimeoutConfig::new().adaptive(AdaptiveConfig::new())),
        );
        let double = Double::playing(vec![Act::Fail(fault.clone()); 100]);
        for _ in 0..100 {
            assert_eq!(get(&policy, &double).await, Err(fault.clone()));
        }
        let slow = Double::playing([Act::Slow(10 * SECOND)]);
        assert_eq!(get(&policy, &slow).await, Ok(1), "{fault:?}");
    }
}

/// A hedge that its attempt's timeout cuts short was not given the time that the timeout is about.
#[tokio::test(start_paused = true)]
async fn a_hedge_that_is_cut_short_shortens_no_adaptive_timeout() {
    let adaptive = AdaptiveConfig::new().percentile(10.0).factor(1.0).max(SECOND);
    let policy = policy(
        PolicyConfig::new()
            .timeout(TimeoutConfig::new().adaptive(adaptive))
            .hedge(HedgeConfig::new().after(SECOND / 2).budget_off()),
    );
    let hanging = Double::playing(vec![Act::Hang; 1_000]);
    for _ in 0..30 {
        let start = Instant::now();
        assert!(get_hedged(&policy, &hanging).await.is_err());
        assert_eq!(start.elapsed(), SECOND, "as long as the longest, and no shorter");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_prepared_has_its_time_from_when_it_is_awaited() {
    let policy = policy(PolicyConfig::new().timeout(TimeoutConfig::new().call(SECOND)));
    let double = Double::default();
    let prepared =
        policy.with(fallible::<Result<u32, Fault>>()).call(async || double.answer().await);
    advance(10 * SECOND).await;
    assert_eq!(prepared.await, Ok(1));
    drop(policy.with(fallible::<Result<u32, Fault>>()));
    drop(policy.call(async || double.answer().await));
    let books = books(&policy);
    assert_eq!((books.calls, books.cancelled), (1, 0), "what nobody awaits is no call");
}
