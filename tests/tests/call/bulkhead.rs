use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Wake, Waker},
};

use resilient_runtime::{
    BreakerConfig, BulkheadConfig, BulkheadFullReason, LimitAlgorithm, PolicyConfig, Rejection,
    RetryConfig, TimeoutConfig,
};
use resilient_tests::double::{Act, Double, Fault};
use tokio::time::{Instant, advance};

use super::{SECOND, assert_books_add_up, get, policy, poll_once, snapshot};

fn reason(outcome: Result<u32, Fault>) -> Option<BulkheadFullReason> {
    match outcome {
        Err(Fault::Rejected(Rejection::BulkheadFull { reason, .. })) => Some(reason),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_has_one_place_for_all_its_attempts_and_the_pauses_in_between() {
    let policy = policy(
        PolicyConfig::new()
            .bulkhead(BulkheadConfig::new().max(1))
            .retry(RetryConfig::new().max(2).base(10 * SECOND)),
    );
    let double = Double::failing(1);
    let mut call = Box::pin(get(&policy, &double));
    assert!(poll_once(call.as_mut()).is_pending(), "in its backoff");
    assert_eq!(reason(get(&policy, &double).await), Some(BulkheadFullReason::Busy));
    assert_eq!(double.calls(), 1, "a rejected call never reaches the method");
    assert_eq!(call.await, Ok(2));
    assert_eq!(snapshot(&policy).bulkhead.expect("declared").active, 0);
    assert_books_add_up(&policy);
}

#[tokio::test(start_paused = true)]
async fn a_fallback_holds_no_place() {
    let policy = policy(PolicyConfig::new().bulkhead(BulkheadConfig::new().max(1)));
    let double = Double::failing(1);
    let mut call = Box::pin(policy.call_or(
        async || double.answer().await,
        async |_| {
            tokio::time::sleep(SECOND).await;
            Ok(7)
        },
    ));
    assert!(poll_once(call.as_mut()).is_pending());
    assert_eq!(get(&policy, &double).await, Ok(2));
    assert_eq!(call.await, Ok(7));
}

#[tokio::test(start_paused = true)]
async fn a_call_is_not_held_in_the_queue_past_its_deadline() {
    let policy = policy(
        PolicyConfig::new()
            .bulkhead(BulkheadConfig::new().max(1).wait(60 * SECOND))
            .timeout(TimeoutConfig::new().call(5 * SECOND)),
    );
    let double = Double::playing([Act::Hang]);
    let mut first = Box::pin(get(&policy, &double));
    assert!(poll_once(first.as_mut()).is_pending());
    advance(SECOND).await;
    let start = Instant::now();
    let mut second = Box::pin(get(&policy, &double));
    assert!(poll_once(second.as_mut()).is_pending());
    drop(first);
    assert_eq!(second.await, Ok(2), "a dropped call's place is free at once");

    let double = Double::playing([Act::Hang]);
    let mut first = Box::pin(get(&policy, &double));
    assert!(poll_once(first.as_mut()).is_pending());
    let mut second = Box::pin(get(&policy, &double));
    assert!(poll_once(second.as_mut()).is_pending());
    // Nobody polls the first, so that its place does not come free.
    assert_eq!(reason(second.await), Some(BulkheadFullReason::Deadline));
    assert_eq!((double.calls(), start.elapsed()), (1, 5 * SECOND));
    drop(first);
    assert_books_add_up(&policy);
}

#[tokio::test(start_paused = true)]
async fn a_place_that_comes_at_the_deadline_itself_is_not_used() {
    let policy = policy(
        PolicyConfig::new()
            .bulkhead(BulkheadConfig::new().max(1).wait(60 * SECOND))
            .timeout(TimeoutConfig::new().call(5 * SECOND)),
    );
    let double = Double::playing([Act::Hang]);
    let mut first = Box::pin(get(&policy, &double));
    assert!(poll_once(first.as_mut()).is_pending());
    let mut second = Box::pin(get(&policy, &double));
    assert!(poll_once(second.as_mut()).is_pending());
    advance(5 * SECOND).await;
    drop(first);
    let late = second.await;
    assert!(matches!(late, Err(Fault::Rejected(Rejection::TimedOut { .. }))), "{late:?}");
    assert_eq!(double.calls(), 1);
    assert_eq!(snapshot(&policy).bulkhead.expect("declared").active, 0);
    assert_books_add_up(&policy);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_the_calls_deadline_cut_short_is_no_answer_to_an_adaptive_limit() {
    let policy = policy(
        PolicyConfig::new()
            .bulkhead(BulkheadConfig::new().adaptive(LimitAlgorithm::Vegas))
            .timeout(TimeoutConfig::new().call(SECOND)),
    );
    let double = Double::playing(vec![Act::Hang; 100]);
    let limit = || snapshot(&policy).bulkhead.expect("declared").limit;
    let before = limit();
    for _ in 0..4 {
        let mut calls: Vec<_> = (0..12).map(|_| Box::pin(get(&policy, &double))).collect();
        for call in &mut calls {
            assert!(poll_once(call.as_mut()).is_pending());
        }
        for call in calls {
            assert!(call.await.is_err());
        }
    }
    assert!(limit() < before, "a service that answers nothing is overloaded");
}

type Waiter = Pin<Box<dyn Future<Output = Result<u32, Fault>> + Send>>;

/// A call that goes on in the very moment in which it is woken, as on another processor.
struct AtOnce(Mutex<(Waiter, Option<Result<u32, Fault>>)>);

impl Wake for AtOnce {
    fn wake(self: Arc<Self>) {
        let mut here = self.0.lock().expect("no panic");
        let (call, answer) = &mut *here;
        let mut context = Context::from_waker(Waker::noop());
        if let Poll::Ready(outcome) = call.as_mut().poll(&mut context) {
            *answer = Some(outcome);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_waits_behind_a_probe_finds_the_breaker_as_the_probe_leaves_it() {
    let policy = policy(
        PolicyConfig::new()
            .breaker(BreakerConfig::new().threshold(1).recovery(SECOND))
            .bulkhead(BulkheadConfig::new().max(1).wait(60 * SECOND)),
    );
    assert_eq!(get(&policy, &Double::playing([Act::Fail(Fault::Down)])).await, Err(Fault::Down));
    advance(SECOND).await;
    let double = Double::playing([Act::Slow(SECOND)]);
    let mut probe = Box::pin(get(&policy, &double));
    assert!(poll_once(probe.as_mut()).is_pending());
    let waits = policy.clone();
    let waits: Waiter = Box::pin(async move { waits.call(async || Ok::<_, Fault>(7)).await });
    let waits = Arc::new(AtOnce(Mutex::new((waits, None))));
    let waker = Waker::from(Arc::clone(&waits));
    let mut context = Context::from_waker(&waker);
    assert!(waits.0.lock().expect("no panic").0.as_mut().poll(&mut context).is_pending());
    assert_eq!(probe.await, Ok(1));
    assert_eq!(waits.0.lock().expect("no panic").1, Some(Ok(7)));
}
