//! The timeout alone: the operation answers at once, or suspends once.

use std::time::Duration;

use resilient_runtime::{Registry, resilient};
use tower_resilience::timelimiter::TimeLimiterLayer;

use super::{Entry, api, tower_service};
use crate::{
    floor::in_time,
    harness::{Contender, Reaches, Role, Scenario},
    work::{Client, drive, ready, suspends},
};

/// In order.
pub const ALL: &[Entry] =
    &[("timeout/ready", true, at_once), ("timeout/suspends", true, suspending)];

const LIMIT: Duration = Duration::from_secs(1);

api! {
    #[resilient(service = "timeout", timeout = "1s")]
    InTime
}

fn at_once() -> Scenario {
    let every = Reaches::Every;
    let ours = ResilientInTime::with_registry(Client, &Registry::new());
    let layer = TimeLimiterLayer::builder().timeout_duration(LIMIT).cancel_running_future(true);
    let mut tower = tower_service!(layer.build(), |_: u64| ready());
    Scenario {
        title: "Timeout, the operation is ready at once",
        contenders: vec![
            Contender::new(Role::Ours, "ours", every, move |_| drive(ours.ready()).is_ok()),
            Contender::new(Role::Floor, "floor", every, move |_| {
                drive(in_time(LIMIT, ready())).is_ok()
            }),
            Contender::new(Role::Peer, "tokio", every, move |_| {
                drive(tokio::time::timeout(LIMIT, ready())).is_ok_and(|answer| answer.is_ok())
            }),
            Contender::new(Role::Peer, "tower-resilience", every, move |number| {
                tower(number).is_ok()
            }),
        ],
    }
}

fn suspending() -> Scenario {
    let every = Reaches::Every;
    let ours = ResilientInTime::with_registry(Client, &Registry::new());
    let layer = TimeLimiterLayer::builder().timeout_duration(LIMIT).cancel_running_future(true);
    let mut tower = tower_service!(layer.build(), |_: u64| suspends());
    Scenario {
        title: "Timeout, the operation suspends once",
        contenders: vec![
            Contender::new(Role::Ours, "ours", every, move |_| drive(ours.suspends()).is_ok()),
            Contender::new(Role::Floor, "floor", every, move |_| {
                drive(in_time(LIMIT, suspends())).is_ok()
            }),
            Contender::new(Role::Peer, "tokio", every, move |_| {
                drive(tokio::time::timeout(LIMIT, suspends())).is_ok_and(|answer| answer.is_ok())
            }),
            Contender::new(Role::Peer, "tower-resilience", every, move |number| {
                tower(number).is_ok()
            }),
        ],
    }
}
