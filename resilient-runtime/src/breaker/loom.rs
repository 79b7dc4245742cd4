//! Every order in which a few threads can take their steps. Run with `RUSTFLAGS="--cfg resilient_loom" cargo test
//! -p resilient-runtime --lib --release breaker::loom`.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use loom::thread;
use rand::{SeedableRng, rngs::SmallRng};
use resilient_policy::BreakerConfig;

use super::{CircuitBreaker, Ending, Owner, Permit, State};
use crate::clock::Moment;

type Admitted = Result<Permit, Option<Duration>>;

const RECOVERY: Duration = Duration::from_secs(60);

fn configured(config: BreakerConfig) -> CircuitBreaker {
    let owner = Owner { service: "scout".into(), method: None, key: None };
    let rng = SmallRng::seed_from_u64(1);
    CircuitBreaker::new(owner, config.settings(), rng, std::sync::Arc::default())
}

/// Opened by its first failure.
fn breaker(half_open: u32) -> CircuitBreaker {
    configured(BreakerConfig::new().threshold(1).half_open(half_open))
}

fn admit(breaker: &CircuitBreaker, now: Moment) -> Admitted {
    breaker.admit(now)
}

fn end(permit: Admitted, ending: Ending, now: Moment) {
    if let Ok(permit) = permit {
        permit.record(ending, Duration::ZERO, now);
    }
}

fn opened(half_open: u32, now: Moment) -> CircuitBreaker {
    let breaker = breaker(half_open);
    end(admit(&breaker, now), Ending::Failure, now);
    assert_eq!(breaker.state(), State::Open);
    breaker
}

#[test]
fn half_open_never_admits_more_than_its_places() {
    // Every order of three threads in which none is interrupted more than three times: all of them are too many.
    let mut orders = loom::model::Builder::new();
    orders.preemption_bound = Some(3);
    for half_open in [1, 2] {
        let start = Moment::now();
        orders.check(move || {
            let breaker = opened(half_open, start);
            let now = start + RECOVERY;
            let others = [(); 2].map(|()| {
                let breaker = breaker.clone();
                thread::spawn(move || admit(&breaker, now))
            });
            let mine = admit(&breaker, now);
            let permits: Vec<_> = others
                .into_iter()
                .map(|other| other.join().expect("no panic"))
                .chain([mine])
                .filter_map(Result::ok)
                .collect();
            assert_eq!(permits.len(), half_open as usize);
        });
    }
}

#[test]
fn who_sees_an_opening_sees_its_end_and_every_rejection_is_counted() {
    let start = Moment::now();
    loom::model(move || {
        let breaker = breaker(1);
        let failing = admit(&breaker, start);
        let handle = breaker.clone();
        let other = thread::spawn(move || admit(&handle, start).err());
        end(failing, Ending::Failure, start);
        let rejected = other.join().expect("no panic");
        assert!(rejected.is_none_or(|wait| wait == Some(RECOVERY)));
        assert_eq!(breaker.snapshot().rejected, u64::from(rejected.is_some()));
    });
}

#[test]
fn an_opening_that_is_reset_and_begins_anew_rejects_for_no_longer() {
    let start = Moment::now();
    loom::model(move || {
        let breaker = opened(1, start);
        let (handle, now) = (breaker.clone(), start + RECOVERY / 2);
        let other = thread::spawn(move || admit(&handle, now).err());
        breaker.reset();
        end(admit(&breaker, now), Ending::Failure, now);
        if let Some(wait) = other.join().expect("no panic") {
            assert!([RECOVERY / 2, RECOVERY].map(Some).contains(&wait));
        }
    });
}

#[test]
fn a_place_that_is_given_back_is_given_out_once() {
    let start = Moment::now();
    loom::model(move || {
        let breaker = opened(1, start);
        let now = start + RECOVERY;
        let inside = std::sync::Arc::new(loom::sync::atomic::AtomicU64::new(0));
        let probe = move |breaker: &CircuitBreaker| {
            let permit = admit(breaker, now);
            if permit.is_ok() {
                assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "one probe at a time");
                inside.fetch_sub(1, Ordering::SeqCst);
            }
            drop(permit);
        };
        let (handle, theirs) = (breaker.clone(), probe.clone());
        let other = thread::spawn(move || theirs(&handle));
        probe(&breaker);
        other.join().expect("no panic");
        assert!(admit(&breaker, now).is_ok(), "the place is free again");
    });
}

#[test]
fn a_late_result_of_an_older_generation_never_decides() {
    let start = Moment::now();
    loom::model(move || {
        let breaker = breaker(1);
        let late = [admit(&breaker, start), admit(&breaker, start)];
        end(admit(&breaker, start), Ending::Failure, start);
        let now = start + RECOVERY;
        let mut endings = [Ending::Failure, Ending::Success].into_iter();
        let others = late.map(|permit| {
            let ending = endings.next().expect("one for each");
            thread::spawn(move || end(permit, ending, now))
        });
        let probe = admit(&breaker, now);
        assert!(probe.is_ok(), "nobody else has the place");
        assert_eq!(breaker.state(), State::HalfOpen);
        end(probe, Ending::Success, now);
        for other in others {
            other.join().expect("no panic");
        }
        assert_eq!(breaker.state(), State::Closed);
    });
}

#[test]
fn what_is_readable_without_the_lock_never_falls_behind() {
    let start = Moment::now();
    loom::model(move || {
        let breaker = configured(BreakerConfig::new().threshold(2));
        let [mine, theirs] = [admit(&breaker, start), admit(&breaker, start)];
        let other = thread::spawn(move || end(theirs, Ending::Failure, start));
        end(mine, Ending::Failure, start);
        other.join().expect("no panic");
        assert_eq!(breaker.state(), State::Open);
        assert!(admit(&breaker, start).is_err());
    });
}

#[test]
fn a_success_that_meets_an_opening_does_not_undo_it() {
    let start = Moment::now();
    loom::model(move || {
        let breaker = breaker(1);
        let failing = admit(&breaker, start);
        let handle = breaker.clone();
        let other = thread::spawn(move || end(admit(&handle, start), Ending::Success, start));
        end(failing, Ending::Failure, start);
        other.join().expect("no panic");
        assert_eq!(breaker.state(), State::Open);
    });
}

#[test]
fn a_probe_that_answers_while_its_lease_is_taken_counts_before_or_not_at_all() {
    let start = Moment::now();
    loom::model(move || {
        let breaker = opened(1, start);
        let hanging = admit(&breaker, start + RECOVERY);
        let now = start + RECOVERY + Duration::from_secs(60);
        let other = thread::spawn(move || end(hanging, Ending::Success, now));
        let next = admit(&breaker, now);
        assert!(next.is_ok());
        other.join().expect("no panic");
        end(next, Ending::Failure, now);
        assert_eq!(breaker.state(), State::Open);
    });
}

#[test]
fn an_opening_is_told_exactly_once() {
    let start = Moment::now();
    loom::model(move || {
        let breaker = breaker(1);
        let told = std::sync::Arc::new(AtomicU64::new(0));
        let count = told.clone();
        breaker
            .subscribe(move |transition| {
                assert_eq!((transition.number, transition.to), (0, State::Open));
                count.fetch_add(1, Ordering::Relaxed);
            })
            .forever();
        let permits = [admit(&breaker, start), admit(&breaker, start)];
        let others =
            permits.map(|permit| thread::spawn(move || end(permit, Ending::Failure, start)));
        end(admit(&breaker, start), Ending::Failure, start);
        for other in others {
            other.join().expect("no panic");
        }
        assert_eq!(told.load(Ordering::Relaxed), 1);
        assert_eq!(breaker.snapshot().openings, 1);
    });
}
