//! What a thread waits for, by a paused clock that another thread moves.

use std::sync::{Arc, Mutex, mpsc};

use resilient_runtime::{
    AdaptiveConfig, BreakerConfig, BulkheadConfig, BulkheadFullReason, Jitter, PolicyConfig,
    Priority, RateConfig, Rejection, RetryConfig, State, TimeoutConfig, TimeoutScope, deadline,
    priority, with_priority, with_priority_blocking,
};
use resilient_tests::double::{Act, Double, Fault, pass};
use tokio::time::{Instant, advance};

use super::{
    MILLI, SECOND, books, get, on_a_thread, policy, scope, snapshot, still_clock, thread, until,
};

#[tokio::test(start_paused = true)]
async fn a_retry_comes_after_its_delay() {
    on_a_thread(|| {
        let retry = RetryConfig::new().max(4).base(SECOND).backoff(2.0).jitter(Jitter::None);
        let policy = policy(PolicyConfig::new().retry(retry));
        let (start, double) = (Instant::now(), Double::failing(3));
        assert_eq!(get(&policy, &double), Ok(4));
        assert_eq!(start.elapsed(), 7 * SECOND, "1 + 2 + 4");
        let hopeless = Double::failing(9);
        assert_eq!(get(&policy, &hopeless), Err(Fault::Down));
        assert_eq!((hopeless.calls(), start.elapsed()), (4, 14 * SECOND));
        assert_eq!((books(&policy).attempts, books(&policy).retries), (8, 6));
        let busy = Double::playing([Act::Fail(Fault::Busy(30 * SECOND))]);
        assert_eq!(get(&policy, &busy), Ok(2));
        assert_eq!(start.elapsed(), 44 * SECOND, "the service said when");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_rejects_and_lets_one_probe_through() {
    on_a_thread(|| {
        let breaker = BreakerConfig::new().threshold(2).recovery(10 * SECOND);
        let policy = policy(PolicyConfig::new().breaker(breaker));
        let double = Double::failing(3);
        let open = |answer| matches!(answer, Err(Fault::Rejected(Rejection::BreakerOpen { .. })));
        assert_eq!(
            (get(&policy, &double), get(&policy, &double)),
            (Err(Fault::Down), Err(Fault::Down))
        );
        assert!(open(get(&policy, &double)));
        assert_eq!(double.calls(), 2, "a call that is rejected never reaches the method");

        pass(10 * SECOND);
        assert_eq!(get(&policy, &double), Err(Fault::Down), "the probe");
        assert!(open(get(&policy, &double)));
        pass(10 * SECOND);
        let probe = policy.call_blocking(|| {
            assert!(open(get(&policy, &double)), "one probe at a time");
            double.answer_blocking()
        });
        assert_eq!((probe, double.calls()), (Ok(4), 4));
        assert_eq!(snapshot(&policy).breaker.map(|breaker| breaker.state), Some(State::Closed));
        assert_eq!(books(&policy).rejected.breaker_open, 3);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn tokens_are_waited_for_or_refused_at_once() {
    on_a_thread(|| {
        let rate = RateConfig::new().limit(1.0).burst(1).wait(2 * SECOND);
        let policy = policy(PolicyConfig::new().rate(rate));
        let (start, double) = (Instant::now(), Double::default());
        for second in 0..4 {
            assert!(get(&policy, &double).is_ok());
            assert_eq!(start.elapsed(), second * SECOND);
        }
        policy.service().rate_limiter().expect("on").pause(10 * SECOND);
        let refused = get(&policy, &double);
        assert!(matches!(refused, Err(Fault::Rejected(Rejection::RateLimited { .. }))));
        assert_eq!((double.calls(), start.elapsed()), (4, 3 * SECOND));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn threads_get_their_tokens_in_the_order_of_coming_and_by_priority() {
    let _still = still_clock();
    let rate = RateConfig::new().limit(1.0).burst(1).wait(60 * SECOND);
    let policy = policy(PolicyConfig::new().rate(rate));
    let admitted = Arc::new(Mutex::new(Vec::new()));
    assert_eq!(get(&policy, &Double::default()), Ok(1), "the token that was there");
    let mut threads = Vec::new();
    for number in 0..4 {
        let (caller, admitted) = (policy.clone(), Arc::clone(&admitted));
        threads.push(thread(move || {
            let own = if number == 3 { Priority::High } else { Priority::Normal };
            with_priority_blocking(own, || {
                caller.call_blocking(|| {
                    assert_eq!(priority(), own);
                    admitted.lock().expect("no panic").push(number);
                    Ok::<_, Fault>(())
                })
            })
        }));
        until(|| snapshot(&policy).rate.is_some_and(|rate| rate.waiting == number + 1)).await;
    }
    for turn in 1..=4 {
        assert_eq!(admitted.lock().expect("no panic").len(), turn - 1);
        advance(SECOND).await;
        until(|| admitted.lock().expect("no panic").len() == turn).await;
    }
    assert_eq!(*admitted.lock().expect("no panic"), [3, 0, 1, 2]);
    for thread in threads {
        assert_eq!(thread.join().expect("no panic"), Ok(()));
    }
}

#[tokio::test(start_paused = true)]
async fn threads_get_their_places_in_the_order_of_coming() {
    let _still = still_clock();
    let bulkhead = BulkheadConfig::new().max(1).wait(60 * SECOND);
    let policy = policy(PolicyConfig::new().bulkhead(bulkhead));
    let (entered, entries) = mpsc::channel();
    let mut gates = Vec::new();
    let mut threads = Vec::new();
    for number in 0..4 {
        let (open, gate) = mpsc::channel::<()>();
        gates.push(open);
        let (caller, entered) = (policy.clone(), entered.clone());
        threads.push(thread(move || {
            caller.call_blocking(|| {
                entered.send(number).expect("somebody listens");
                gate.recv().expect("it opens");
                Ok::<_, Fault>(())
            })
        }));
        let there = |at: resilient_runtime::BulkheadSnapshot| at.active + at.queued == number + 1;
        until(|| snapshot(&policy).bulkhead.is_some_and(there)).await;
    }
    for (number, gate) in (0..).zip(gates) {
        assert_eq!(entries.recv().expect("it comes"), number);
        assert!(entries.try_recv().is_err(), "one at a time");
        gate.send(()).expect("it waits");
    }
    for thread in threads {
        assert_eq!(thread.join().expect("no panic"), Ok(()));
    }
    let bulkhead = snapshot(&policy).bulkhead.expect("on");
    assert_eq!((bulkhead.active, bulkhead.waited), (0, 3));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_passes_in_our_own_line_is_a_rejection_and_not_the_services_failure() {
    let config = PolicyConfig::new()
        .bulkhead(BulkheadConfig::new().max(1).wait(60 * SECOND))
        .breaker(BreakerConfig::new().threshold(1))
        .timeout(TimeoutConfig::new().call(2 * SECOND));
    let policy = policy(config);
    let (open, gate) = mpsc::channel::<()>();
    let holder = {
        let policy = policy.clone();
        thread(move || {
            policy.call_blocking(|| {
                gate.recv().expect("it opens");
                Ok::<_, Fault>(())
            })
        })
    };
    until(|| snapshot(&policy).bulkhead.is_some_and(|bulkhead| bulkhead.active == 1)).await;
    let (double, waiting) = (Double::default(), policy.clone());
    let (answer, waited, calls) = on_a_thread(move || {
        let start = Instant::now();
        (get(&waiting, &double), start.elapsed(), double.calls())
    })
    .await;
    assert!(matches!(
        answer,
        Err(Fault::Rejected(Rejection::BulkheadFull { reason: BulkheadFullReason::Deadline, .. }))
    ));
    assert_eq!((waited, calls), (2 * SECOND, 0));
    assert_eq!(snapshot(&policy).breaker.map(|breaker| breaker.state), Some(State::Closed));
    open.send(()).expect("it waits");
    drop(holder.join());
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_is_a_timeout_and_the_service_failed() {
    on_a_thread(|| {
        let config = PolicyConfig::new()
            .timeout(TimeoutConfig::new().attempt(SECOND))
            .retry(RetryConfig::new().max(3).base(SECOND).jitter(Jitter::None))
            .breaker(BreakerConfig::new().threshold(9));
        let policy = policy(config);
        let (start, late) = (Instant::now(), Double::playing(vec![Act::Slow(5 * SECOND); 3]));
        assert_eq!(scope(get(&policy, &late)), Some(TimeoutScope::Attempt));
        // Nothing ends it before it answers.
        assert_eq!((late.calls(), start.elapsed()), (3, (5 + 1 + 5 + 2 + 5) * SECOND));
        let breaker = snapshot(&policy).breaker.expect("on");
        assert_eq!(breaker.consecutive_failures, 3);
        for (slow, timed_out) in [(1_000, true), (999, false)] {
            let double = Double::playing([Act::Slow(slow * MILLI)]);
            let answer = get(&policy, &double);
            assert_eq!((answer, double.calls()), if timed_out { (Ok(2), 2) } else { (Ok(1), 1) });
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_method_learns_how_long_it_has_and_calls_inside_inherit_it() {
    on_a_thread(|| {
        let within = |attempt: u32, call: u32| {
            let timeout = TimeoutConfig::new().attempt(attempt * SECOND).call(call * SECOND);
            policy(PolicyConfig::new().timeout(timeout))
        };
        let left = || Ok::<_, Fault>(deadline().map(|deadline| deadline - Instant::now()));
        assert_eq!(within(2, 9).call_blocking(left), Ok(Some(2 * SECOND)));
        assert_eq!(policy(PolicyConfig::new()).call_blocking(left), Ok(None));
        let (outer, inner) = (within(5, 5), within(9, 9));
        let nested = outer.call_blocking(|| {
            pass(2 * SECOND);
            let left = inner.call_blocking(left);
            let start = Instant::now();
            let late = Double::playing([Act::Slow(4 * SECOND)]);
            assert_eq!(scope(get(&inner, &late)), Some(TimeoutScope::Call));
            assert_eq!(start.elapsed(), 4 * SECOND);
            left
        });
        assert!(matches!(nested, Err(Fault::Rejected(Rejection::TimedOut { .. }))), "late itself");
        assert_eq!(deadline(), None, "it ends with the call");
        let nested = outer.call_blocking(|| {
            pass(2 * SECOND);
            inner.call_blocking(left)
        });
        assert_eq!(nested, Ok(Some(3 * SECOND)));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_adaptive_timeout_learns_what_late_answers_took() {
    on_a_thread(|| {
        let adaptive = AdaptiveConfig::new().percentile(50.0).factor(1.0).max(9 * SECOND);
        let timeout = TimeoutConfig::new().attempt(SECOND / 2).adaptive(adaptive);
        let policy = policy(PolicyConfig::new().timeout(timeout));
        let late = Double::playing(vec![Act::Slow(SECOND); 20]);
        for _ in 0..20 {
            assert_eq!(scope(get(&policy, &late)), Some(TimeoutScope::Attempt));
        }
        let learned =
            policy.call_blocking(|| Ok::<_, Fault>(deadline().map(|at| at - Instant::now())));
        let learned = learned.ok().flatten().expect("it is limited");
        assert!(learned >= SECOND && learned <= 1_063 * MILLI, "{learned:?}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_call_that_blocks_inherits_from_the_task_around_it() {
    let timeout = TimeoutConfig::new().call(5 * SECOND);
    let outer = policy(PolicyConfig::new().timeout(timeout));
    let inner = policy(PolicyConfig::new());
    let left =
        || Ok::<_, Fault>((deadline().map(|deadline| deadline - Instant::now()), priority()));
    let call = outer.call(async || inner.call_blocking(left));
    let seen = with_priority(Priority::Low, call).await;
    assert_eq!(seen, Ok((Some(5 * SECOND), Priority::Low)));
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_cannot_be_in_time_is_not_waited_for() {
    on_a_thread(|| {
        let config = PolicyConfig::new()
            .timeout(TimeoutConfig::new().call(5 * SECOND))
            .retry(RetryConfig::new().max(9).base(2 * SECOND).jitter(Jitter::None));
        let policy = policy(config);
        let (start, double) = (Instant::now(), Double::failing(9));
        assert_eq!(get(&policy, &double), Err(Fault::Down));
        assert_eq!((double.calls(), start.elapsed()), (2, 2 * SECOND));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_fallback_is_asked_once_with_the_failure() {
    on_a_thread(|| {
        let retry = RetryConfig::new().max(2).base(SECOND).jitter(Jitter::None);
        let policy = policy(PolicyConfig::new().retry(retry));
        let double = Double::failing(2);
        let answer = policy.call_or_blocking(
            || double.answer_blocking(),
            |failure| {
                assert_eq!((failure.error, failure.elapsed), (Fault::Down, SECOND));
                Ok(100 + failure.attempts)
            },
        );
        assert_eq!(answer, Ok(102));
        let answer = policy.call_or_blocking(|| double.answer_blocking(), |_| unreachable!());
        assert_eq!(answer, Ok(3));
        assert_eq!(books(&policy).fallbacks, 1);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_handle_of_a_limiter_waits_for_its_tokens() {
    on_a_thread(|| {
        let rate = RateConfig::new().limit(1.0).burst(1).wait(10 * SECOND);
        let policy = policy(PolicyConfig::new().rate(rate));
        let limiter = policy.service().rate_limiter().expect("it has one").clone();
        let start = Instant::now();
        assert_eq!(limiter.acquire_blocking(1), Ok(()));
        assert!(start.elapsed().is_zero());
        assert_eq!(limiter.acquire_blocking(1), Ok(()));
        assert_eq!(start.elapsed(), SECOND);
        let reserved = limiter.reserve(1).expect("within the wait");
        assert_eq!(reserved.redeem_blocking(), Ok(()));
        assert_eq!(start.elapsed(), 2 * SECOND);
        assert!(matches!(limiter.acquire_blocking(2), Err(Rejection::RateLimited { .. })));
    })
    .await;
}
