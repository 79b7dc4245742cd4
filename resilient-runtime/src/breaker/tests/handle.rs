use std::sync::{
    Barrier,
    atomic::{AtomicU64, Ordering},
};

use super::{super::State, *};

fn record(breaker: &CircuitBreaker, ending: Ending, now: Moment) {
    breaker.admit(now).expect("admitted").record(ending, Duration::ZERO, now);
}

fn opened() -> (CircuitBreaker, Moment) {
    let breaker = breaker(BreakerConfig::new().threshold(1));
    let start = Moment::now();
    record(&breaker, Ending::Failure, start);
    (breaker, start + secs(60))
}

#[test]
fn a_dropped_probe_gives_its_place_back() {
    let (breaker, later) = opened();
    let probe = breaker.admit(later).expect("half-open");
    assert!(breaker.admit(later).is_err());
    drop(probe);
    record(&breaker, Ending::Success, later);
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn failures_after_a_recovery_count_again() {
    let (breaker, open_until) = opened();
    record(&breaker, Ending::Success, open_until);
    assert_eq!(breaker.state(), State::Closed);
    record(&breaker, Ending::Failure, open_until);
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn an_owned_permit_counts_like_a_borrowed_one() {
    let (breaker, later) = opened();
    let probe = breaker.admit(later).expect("half-open");
    assert!(breaker.admit(later).is_err());
    drop(probe);
    let probe = breaker.admit(later).expect("the place is free");
    probe.record(Ending::Success, Duration::ZERO, later);
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn half_open_admits_one_of_many_threads() {
    for _ in 0..20 {
        let (breaker, later) = opened();
        let (admitted, barrier) = (AtomicU64::new(0), Barrier::new(64));
        std::thread::scope(|scope| {
            for _ in 0..64 {
                scope.spawn(|| {
                    barrier.wait();
                    if let Ok(permit) = breaker.admit(later) {
                        admitted.fetch_add(1, Ordering::Relaxed);
                        std::mem::forget(permit);
                    }
                });
            }
        });
        assert_eq!(admitted.into_inner(), 1);
        assert_eq!(breaker.snapshot().rejected, 63);
    }
}

#[test]
fn a_success_of_a_healthy_service_only_reads() {
    let breaker = breaker(BreakerConfig::new());
    let now = Moment::now();
    breaker.with_lock_held(|| {
        for _ in 0..3 {
            record(&breaker, Ending::Success, now);
            record(&breaker, Ending::Nothing, now);
        }
    });
}

#[test]
fn a_success_only_reads_while_the_last_calls_were_all_good() {
    let breaker = breaker(BreakerConfig::new().failure_rate(0.5).window(4).min_calls(4));
    let now = Moment::now();
    let successes = |times| (0..times).for_each(|_| record(&breaker, Ending::Success, now));
    successes(4);
    breaker.with_lock_held(|| successes(3));
    record(&breaker, Ending::Failure, now);
    successes(4);
    breaker.with_lock_held(|| successes(3));
    let window = breaker.snapshot().window.expect("it is of a rate");
    assert_eq!((window.calls, window.failures), (4, 0));
    record(&breaker, Ending::Failure, now);
    assert_eq!(breaker.state(), State::Closed);
    record(&breaker, Ending::Failure, now);
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn an_open_breaker_rejects_without_its_lock_until_its_time_is_over() {
    let (breaker, later) = opened();
    let just_before = later.before(Duration::from_nanos(1));
    breaker.with_lock_held(|| {
        let rejected = breaker.admit(just_before).err();
        assert_eq!(rejected, Some(Some(Duration::from_nanos(1))));
        assert_eq!(breaker.closed_for(just_before), Some(Duration::from_nanos(1)));
    });
    assert_eq!(breaker.snapshot().rejected, 1);
    assert!(breaker.admit(later).is_ok());
    assert_eq!(breaker.state(), State::HalfOpen);
}

#[test]
fn an_opening_that_is_over_or_ended_by_hand_rejects_nobody() {
    let (breaker, later) = opened();
    let now = later.before(secs(30));
    breaker.reset();
    assert!(breaker.admit(now).is_ok());
    breaker.force_open();
    assert_eq!(breaker.admit(now).err(), Some(None), "for as long as it is forced");
    breaker.force_closed();
    assert!(breaker.admit(now).is_ok());
}

#[test]
fn a_clock_that_stepped_back_to_before_an_opening_does_not_prolong_it() {
    let (breaker, later) = opened();
    let before = later.before(secs(100));
    assert_eq!(breaker.admit(before).err(), Some(Some(secs(60))));
    breaker.with_lock_held(|| {
        assert_eq!(breaker.admit(before + secs(20)).err(), Some(Some(secs(40))));
    });
    assert!(breaker.admit(before + secs(60)).is_ok());
}

#[test]
fn a_snapshot_tells_what_was_counted() {
    let breaker = breaker(BreakerConfig::new());
    let now = Moment::now();
    record(&breaker, Ending::Failure, now);
    let snapshot = breaker.snapshot();
    assert_eq!(
        (snapshot.state, snapshot.consecutive_failures, snapshot.openings),
        (State::Closed, 1, 0)
    );
    assert_eq!((snapshot.retry_after, snapshot.window), (None, None));
    assert!(snapshot.since_last_failure.is_some());
    breaker.force_open();
    assert_eq!(breaker.state(), State::ForcedOpen);
    breaker.reset();
    assert_eq!(breaker.snapshot().consecutive_failures, 0);
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_tells_rates_probes_and_times() {
    let config =
        BreakerConfig::new().failure_rate(0.5).window(10).min_calls(3).half_open(4).slow(secs(2));
    let breaker = breaker(config);
    for (ending, took) in [(Ending::Success, 3), (Ending::Success, 0)] {
        let now = Moment::now();
        breaker.admit(now).expect("closed").record(ending, secs(took), now);
    }
    let snapshot = breaker.snapshot();
    assert_eq!((snapshot.failure_rate, snapshot.slow_rate), (None, None), "unknown is not 0");
    let window = snapshot.window.expect("a rate is counted over it");
    assert_eq!((window.capacity, window.calls, window.failures, window.slow), (Some(10), 2, 0, 1));

    record(&breaker, Ending::Failure, Moment::now());
    assert_eq!(breaker.snapshot().failure_rate, Some(1.0 / 3.0));
    tokio::time::advance(secs(5)).await;
    record(&breaker, Ending::Failure, Moment::now());
    tokio::time::advance(secs(20)).await;
    assert_eq!(breaker.snapshot().retry_after, Some(secs(40)));
    assert!(breaker.admit(Moment::now()).is_err());
    tokio::time::advance(secs(40)).await;
    record(&breaker, Ending::Failure, Moment::now());
    let probe = breaker.admit(Moment::now()).expect("half-open");
    tokio::time::advance(secs(1)).await;
    let snapshot = breaker.snapshot();
    assert_eq!((snapshot.probes, snapshot.probes_passed, snapshot.probes_failed), (2, 0, 1));
    assert_eq!(snapshot.retry_after, Some(Duration::ZERO));
    assert_eq!(snapshot.since_last_failure, Some(secs(1)));
    assert_eq!((snapshot.openings, snapshot.transitions), (1, 2));
    assert_eq!((snapshot.failures, snapshot.rejected), (3, 1));
    let times = snapshot.time_in;
    assert_eq!((times.closed, times.open, times.half_open), (secs(5), secs(60), secs(1)));
    drop(probe);
}

#[test]
fn a_dropped_permit_of_a_closed_breaker_counts_as_nothing() {
    let breaker = breaker(BreakerConfig::new().failure_rate(0.5).min_calls(1));
    drop(breaker.admit(Moment::now()).expect("closed"));
    assert_eq!(breaker.snapshot().window.map(|window| window.calls), Some(0));
}
