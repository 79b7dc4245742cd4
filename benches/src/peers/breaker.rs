//! failsafe, recloser and tower-resilience.

use std::time::Duration;

use failsafe::{
    Config,
    backoff::constant,
    failure_policy::{ConsecutiveFailures, consecutive_failures},
    futures::CircuitBreaker as _,
};
use recloser::{AsyncRecloser, Recloser};
use tower_resilience::circuitbreaker::CircuitBreakerLayer;

use super::{TOWER, tower_service};
use crate::{
    harness::{Contender, Reaches, Role},
    work::{drive, in_turn, is_in_turn, ready},
};

/// failsafe with so many failures in a row.
pub fn of_failsafe(
    threshold: u32,
) -> failsafe::StateMachine<ConsecutiveFailures<std::iter::Repeat<Duration>>, ()> {
    let backoff = constant(Duration::from_mins(1));
    Config::new().failure_policy(consecutive_failures(threshold, backoff)).build()
}

/// recloser with a rate of the last so many calls.
pub fn of_recloser(rate: f32, calls: usize) -> AsyncRecloser {
    Recloser::custom()
        .error_rate(rate)
        .closed_len(calls)
        .open_wait(Duration::from_mins(1))
        .build()
        .into()
}

macro_rules! of_tower {
    ($operation:expr, $($setting:ident($value:expr)),+) => {
        tower_service!(
            CircuitBreakerLayer::builder()$(.$setting($value))+.build().expect("valid"),
            $operation
        )
    };
}

/// Beside `breaker/closed`.
pub fn closed() -> Vec<Contender> {
    let every = Reaches::Every;
    let failsafe = of_failsafe(5);
    let mut tower = of_tower!(|_: u64| ready(), consecutive_failures(5));
    vec![
        Contender::new(Role::Peer, "failsafe", every, move |_| {
            drive(failsafe.call(ready())).is_ok()
        }),
        Contender::new(Role::Peer, TOWER, every, move |number| tower(number).is_ok()),
    ]
}

/// Beside `breaker/closed-rate`.
pub fn closed_rate() -> Vec<Contender> {
    let every = Reaches::Every;
    let recloser = of_recloser(0.6, 50);
    let mut tower =
        of_tower!(|_: u64| ready(), failure_rate_threshold(0.6), sliding_window_size(50));
    vec![
        Contender::new(Role::Peer, "recloser", every, move |_| {
            drive(recloser.call(ready())).is_ok()
        }),
        Contender::new(Role::Peer, TOWER, every, move |number| tower(number).is_ok()),
    ]
}

/// Beside `breaker/failures`.
pub fn failures() -> Vec<Contender> {
    let every = Reaches::Every;
    let failsafe = of_failsafe(5);
    let mut tower = of_tower!(in_turn, consecutive_failures(5));
    vec![
        Contender::new(Role::Peer, "failsafe", every, move |number| {
            is_in_turn(number, &drive(failsafe.call(in_turn(number))))
        }),
        Contender::new(Role::Peer, TOWER, every, move |number| is_in_turn(number, &tower(number))),
    ]
}

/// Beside `breaker/failures-rate`.
pub fn failures_rate() -> Vec<Contender> {
    let every = Reaches::Every;
    let recloser = of_recloser(0.6, 50);
    let mut tower = of_tower!(in_turn, failure_rate_threshold(0.6), sliding_window_size(50));
    vec![
        Contender::new(Role::Peer, "recloser", every, move |number| {
            is_in_turn(number, &drive(recloser.call(in_turn(number))))
        }),
        Contender::new(Role::Peer, TOWER, every, move |number| is_in_turn(number, &tower(number))),
    ]
}

/// Beside `breaker/open`: each is opened by failures, as it would be in use.
pub fn open() -> Vec<Contender> {
    let none = Reaches::None;
    let failsafe = of_failsafe(1);
    let recloser = of_recloser(0.5, 1);
    let mut tower =
        of_tower!(in_turn, consecutive_failures(1), wait_duration_in_open(Duration::from_mins(1)));
    for _ in 0..5 {
        // Those that are open already refuse.
        assert!(drive(failsafe.call(in_turn(1))).is_err());
        assert!(drive(recloser.call(in_turn(1))).is_err());
        assert!(tower(1).is_err());
    }
    vec![
        Contender::new(Role::Peer, "failsafe", none, move |_| {
            drive(failsafe.call(ready())).is_err()
        }),
        Contender::new(Role::Peer, "recloser", none, move |_| {
            drive(recloser.call(ready())).is_err()
        }),
        Contender::new(Role::Peer, TOWER, none, move |number| tower(number).is_err()),
    ]
}
