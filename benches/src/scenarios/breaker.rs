//! The breaker alone: closed, with failures, and open.

use std::{
    hint::black_box,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use failsafe::{
    Config,
    backoff::constant,
    failure_policy::{ConsecutiveFailures, consecutive_failures},
    futures::CircuitBreaker as _,
};
use recloser::{AsyncRecloser, Recloser};
use resilient_runtime::{Registry, resilient};
use tower_resilience::circuitbreaker::CircuitBreakerLayer;

use super::{Entry, api, tower_service};
use crate::{
    floor,
    harness::{Contender, Reaches, Role, Scenario},
    work::{Client, drive, in_turn, is_in_turn, ready},
};

/// In order.
pub const ALL: &[Entry] = &[
    ("breaker/closed", true, closed),
    ("breaker/closed-rate", true, closed_rate),
    ("breaker/failures", true, failures),
    ("breaker/failures-rate", true, failures_rate),
    ("breaker/open", true, open),
];

api! {
    #[resilient(service = "consecutive", breaker(threshold = 5))]
    Consecutive
}

api! {
    #[resilient(service = "rate", breaker(threshold = 0.6, window = 50, min_calls = 50))]
    Rate
}

fn consecutive() -> ResilientConsecutive<Client> {
    ResilientConsecutive::with_registry(Client, &Registry::new())
}

fn rate() -> ResilientRate<Client> {
    ResilientRate::with_registry(Client, &Registry::new())
}

fn of_failsafe(
    threshold: u32,
) -> failsafe::StateMachine<ConsecutiveFailures<std::iter::Repeat<Duration>>, ()> {
    let backoff = constant(Duration::from_mins(1));
    Config::new().failure_policy(consecutive_failures(threshold, backoff)).build()
}

fn of_recloser(rate: f32, calls: usize) -> AsyncRecloser {
    Recloser::custom()
        .error_rate(rate)
        .closed_len(calls)
        .open_wait(Duration::from_mins(1))
        .build()
        .into()
}

fn closed() -> Scenario {
    let every = Reaches::Every;
    let ours = consecutive();
    let breaker = floor::Consecutive::new(5);
    let failsafe = of_failsafe(5);
    let mut tower = tower_service!(
        CircuitBreakerLayer::builder().consecutive_failures(5).build().expect("valid"),
        |_: u64| ready()
    );
    Scenario {
        title: "Breaker, closed, five failures in a row open it",
        contenders: vec![
            Contender::new(Role::Ours, "ours", every, move |_| drive(ours.ready()).is_ok()),
            Contender::new(Role::Floor, "floor", every, move |_| {
                let call = async {
                    breaker.admit()?;
                    let answer = ready().await;
                    breaker.record(answer.is_ok());
                    answer.map_err(floor::Refused::Failed)
                };
                drive(call).is_ok()
            }),
            Contender::new(Role::Peer, "failsafe", every, move |_| {
                drive(failsafe.call(ready())).is_ok()
            }),
            Contender::new(Role::Peer, "tower-resilience", every, move |number| {
                tower(number).is_ok()
            }),
        ],
    }
}

fn closed_rate() -> Scenario {
    let every = Reaches::Every;
    let ours = rate();
    let breaker = floor::Rate::new(30);
    let recloser = of_recloser(0.6, 50);
    let mut tower = tower_service!(
        CircuitBreakerLayer::builder()
            .failure_rate_threshold(0.6)
            .sliding_window_size(50)
            .build()
            .expect("valid"),
        |_: u64| ready()
    );
    Scenario {
        title: "Breaker, closed, 60 % failures of the last 50 calls open it",
        contenders: vec![
            Contender::new(Role::Ours, "ours", every, move |_| drive(ours.ready()).is_ok()),
            Contender::new(Role::Floor, "floor", every, move |_| {
                let call = async {
                    breaker.admit()?;
                    let answer = ready().await;
                    breaker.record(answer.is_ok());
                    answer.map_err(floor::Refused::Failed)
                };
                drive(call).is_ok()
            }),
            Contender::new(Role::Peer, "recloser", every, move |_| {
                drive(recloser.call(ready())).is_ok()
            }),
            Contender::new(Role::Peer, "tower-resilience", every, move |number| {
                tower(number).is_ok()
            }),
        ],
    }
}

fn failures() -> Scenario {
    let every = Reaches::Every;
    let ours = consecutive();
    let breaker = floor::Consecutive::new(5);
    let failsafe = of_failsafe(5);
    let mut tower = tower_service!(
        CircuitBreakerLayer::builder().consecutive_failures(5).build().expect("valid"),
        in_turn
    );
    Scenario {
        title: "Breaker, every other call fails, five failures in a row open it",
        contenders: vec![
            Contender::new(Role::Ours, "ours", every, move |number| {
                is_in_turn(number, &drive(ours.in_turn(number)))
            }),
            Contender::new(Role::Floor, "floor", every, move |number| {
                let call = async {
                    breaker.admit()?;
                    let answer = in_turn(number).await;
                    breaker.record(answer.is_ok());
                    answer.map_err(floor::Refused::Failed)
                };
                is_in_turn(number, &drive(call))
            }),
            Contender::new(Role::Peer, "failsafe", every, move |number| {
                is_in_turn(number, &drive(failsafe.call(in_turn(number))))
            }),
            Contender::new(Role::Peer, "tower-resilience", every, move |number| {
                is_in_turn(number, &tower(number))
            }),
        ],
    }
}

fn failures_rate() -> Scenario {
    let every = Reaches::Every;
    let ours = rate();
    let breaker = floor::Rate::new(30);
    let recloser = of_recloser(0.6, 50);
    let mut tower = tower_service!(
        CircuitBreakerLayer::builder()
            .failure_rate_threshold(0.6)
            .sliding_window_size(50)
            .build()
            .expect("valid"),
        in_turn
    );
    Scenario {
        title: "Breaker, every other call fails, 60 % of the last 50 open it",
        contenders: vec![
            Contender::new(Role::Ours, "ours", every, move |number| {
                is_in_turn(number, &drive(ours.in_turn(number)))
            }),
            Contender::new(Role::Floor, "floor", every, move |number| {
                let call = async {
                    breaker.admit()?;
                    let answer = in_turn(number).await;
                    breaker.record(answer.is_ok());
                    answer.map_err(floor::Refused::Failed)
                };
                is_in_turn(number, &drive(call))
            }),
            Contender::new(Role::Peer, "recloser", every, move |number| {
                is_in_turn(number, &drive(recloser.call(in_turn(number))))
            }),
            Contender::new(Role::Peer, "tower-resilience", every, move |number| {
                is_in_turn(number, &tower(number))
            }),
        ],
    }
}

/// Each is opened by failures, as it would be in use.
fn open() -> Scenario {
    let none = Reaches::None;
    let ours = consecutive();
    let failsafe = of_failsafe(1);
    let recloser = of_recloser(0.5, 1);
    let mut tower = tower_service!(
        CircuitBreakerLayer::builder()
            .consecutive_failures(1)
            .wait_duration_in_open(Duration::from_mins(1))
            .build()
            .expect("valid"),
        in_turn
    );
    for _ in 0..5 {
        assert!(drive(ours.in_turn(1)).is_err());
        // Those that are open already refuse.
        assert!(drive(failsafe.call(in_turn(1))).is_err());
        assert!(drive(recloser.call(in_turn(1))).is_err());
        assert!(tower(1).is_err());
    }
    let breaker = floor::Consecutive::new(5);
    breaker.open();
    let open_until = AtomicU64::new(u64::MAX);
    Scenario {
        title: "Breaker, open: the call is rejected",
        contenders: vec![
            Contender::new(Role::Ours, "ours", none, move |_| drive(ours.ready()).is_err()),
            Contender::new(Role::Floor, "a state load and a clock read", none, move |_| {
                let until = black_box(&open_until).load(Ordering::Acquire);
                floor::now() < until
            }),
            Contender::new(Role::Floor, "floor", none, move |_| {
                let call = async {
                    breaker.admit()?;
                    ready().await.map_err(floor::Refused::Failed)
                };
                drive(call).is_err()
            }),
            Contender::new(Role::Peer, "failsafe", none, move |_| {
                drive(failsafe.call(ready())).is_err()
            }),
            Contender::new(Role::Peer, "recloser", none, move |_| {
                drive(recloser.call(ready())).is_err()
            }),
            Contender::new(Role::Peer, "tower-resilience", none, move |number| {
                tower(number).is_err()
            }),
        ],
    }
}
