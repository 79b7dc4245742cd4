//! The breaker alone: closed, with failures, and open.

use std::{
    hint::black_box,
    sync::atomic::{AtomicU64, Ordering},
};

use resilient_runtime::{Registry, resilient};

use super::{Entry, api, peers};
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

fn closed() -> Scenario {
    let every = Reaches::Every;
    let ours = consecutive();
    let breaker = floor::Consecutive::new(5);
    let contenders = vec![
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
    ];
    Scenario::new(
        "Breaker, closed, five failures in a row open it",
        contenders,
        peers!(breaker::closed),
    )
}

fn closed_rate() -> Scenario {
    let every = Reaches::Every;
    let ours = rate();
    let breaker = floor::Rate::new(30);
    let contenders = vec![
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
    ];
    Scenario::new(
        "Breaker, closed, 60 % failures of the last 50 calls open it",
        contenders,
        peers!(breaker::closed_rate),
    )
}

fn failures() -> Scenario {
    let every = Reaches::Every;
    let ours = consecutive();
    let breaker = floor::Consecutive::new(5);
    let contenders = vec![
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
    ];
    Scenario::new(
        "Breaker, every other call fails, five failures in a row open it",
        contenders,
        peers!(breaker::failures),
    )
}

fn failures_rate() -> Scenario {
    let every = Reaches::Every;
    let ours = rate();
    let breaker = floor::Rate::new(30);
    let contenders = vec![
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
    ];
    Scenario::new(
        "Breaker, every other call fails, 60 % of the last 50 open it",
        contenders,
        peers!(breaker::failures_rate),
    )
}

/// Opened by failures, as it would be in use.
fn open() -> Scenario {
    let none = Reaches::None;
    let ours = consecutive();
    for _ in 0..5 {
        assert!(drive(ours.in_turn(1)).is_err());
    }
    let breaker = floor::Consecutive::new(5);
    breaker.open();
    let open_until = AtomicU64::new(u64::MAX);
    let contenders = vec![
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
    ];
    Scenario::new("Breaker, open: the call is rejected", contenders, peers!(breaker::open))
}
