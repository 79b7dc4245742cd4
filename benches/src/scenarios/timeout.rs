//! The timeout alone: the operation answers at once, or suspends once.

use std::time::Duration;

use resilient_runtime::{Registry, resilient};

use super::{Entry, api, peers};
use crate::{
    floor::in_time,
    harness::{Contender, Reaches, Role, Scenario},
    work::{Client, drive, ready, suspends},
};

/// In order.
pub const ALL: &[Entry] =
    &[("timeout/ready", true, at_once), ("timeout/suspends", true, suspending)];

/// Of an attempt.
pub const LIMIT: Duration = Duration::from_secs(1);

api! {
    #[resilient(service = "timeout", timeout = "1s")]
    InTime
}

fn at_once() -> Scenario {
    let every = Reaches::Every;
    let ours = ResilientInTime::with_registry(Client, &Registry::new());
    let contenders = vec![
        Contender::new(Role::Ours, "ours", every, move |_| drive(ours.ready()).is_ok()),
        Contender::new(Role::Floor, "floor", every, move |_| {
            drive(in_time(LIMIT, ready())).is_ok()
        }),
    ];
    Scenario::new("Timeout, the operation is ready at once", contenders, peers!(timeout::at_once))
}

fn suspending() -> Scenario {
    let every = Reaches::Every;
    let ours = ResilientInTime::with_registry(Client, &Registry::new());
    let contenders = vec![
        Contender::new(Role::Ours, "ours", every, move |_| drive(ours.suspends()).is_ok()),
        Contender::new(Role::Floor, "floor", every, move |_| {
            drive(in_time(LIMIT, suspends())).is_ok()
        }),
    ];
    Scenario::new("Timeout, the operation suspends once", contenders, peers!(timeout::suspending))
}
