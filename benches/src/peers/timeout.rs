//! tokio's own, and tower-resilience.

use tower_resilience::timelimiter::TimeLimiterLayer;

use super::{TOWER, tower_service};
use crate::{
    harness::{Contender, Reaches, Role},
    scenarios::timeout::LIMIT,
    work::{drive, ready, suspends},
};

macro_rules! peers {
    ($operation:ident) => {{
        let every = Reaches::Every;
        let layer = TimeLimiterLayer::builder().timeout_duration(LIMIT).cancel_running_future(true);
        let mut tower = tower_service!(layer.build(), |_: u64| $operation());
        vec![
            Contender::new(Role::Peer, "tokio", every, move |_| {
                drive(tokio::time::timeout(LIMIT, $operation())).is_ok_and(|answer| answer.is_ok())
            }),
            Contender::new(Role::Peer, TOWER, every, move |number| tower(number).is_ok()),
        ]
    }};
}

/// Beside `timeout/ready`.
pub fn at_once() -> Vec<Contender> {
    peers!(ready)
}

/// Beside `timeout/suspends`.
pub fn suspending() -> Vec<Contender> {
    peers!(suspends)
}
