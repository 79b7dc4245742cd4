//! Bulkhead, retry, breaker, rate limit and timeout together.

use std::time::Duration;

use resilient_runtime::{
    BreakerConfig, BulkheadConfig, Policy, RateConfig, Registry, RetryConfig, TimeoutConfig,
    resilient,
};

use super::{Entry, api, peers, rate::RATE};
use crate::{
    floor,
    harness::{Contender, Reaches, Role, Scenario},
    work::{Client, drive, ready, suspends},
};

/// In order.
pub const ALL: &[Entry] =
    &[("together/ready", true, at_once), ("together/suspends", true, suspending)];

/// Of an attempt.
pub const LIMIT: Duration = Duration::from_secs(1);

api! {
    #[resilient(
        service = "together",
        breaker(threshold = 5),
        retry(max = 3, base = "1s"),
        rate(limit = 100_000_000.0),
        timeout = "1s",
        bulkhead = 10
    )]
    pub(super) Together
}

/// The same by hand.
pub(super) fn by_hand() -> Policy {
    Policy::builder("by_hand")
        .breaker(BreakerConfig::new().threshold(5))
        .retry(RetryConfig::new().max(3).base(Duration::from_secs(1)))
        .rate(RateConfig::new().limit(f64::from(RATE)))
        .timeout(TimeoutConfig::new().attempt(LIMIT))
        .bulkhead(BulkheadConfig::new().max(10))
        .registry(&Registry::new())
        .build()
        .expect("valid")
}

/// The same by attribute.
pub(super) fn by_attribute() -> ResilientTogether<Client> {
    ResilientTogether::with_registry(Client, &Registry::new())
}

macro_rules! scenario {
    ($title:literal, $operation:ident, $peers:ident) => {{
        let every = Reaches::Every;
        let attribute = by_attribute();
        let hand = by_hand();
        let floor = floor::Stack::default();
        let contenders = vec![
            Contender::new(Role::Ours, "ours, by attribute", every, move |_| {
                drive(attribute.$operation()).is_ok()
            }),
            Contender::new(Role::Ours, "ours, by hand", every, move |_| {
                drive(hand.call($operation)).is_ok()
            }),
            Contender::new(Role::Floor, "floor", every, move |_| {
                drive(floor.call($operation)).is_ok()
            }),
        ];
        Scenario::new($title, contenders, peers!(together::$peers))
    }};
}

fn at_once() -> Scenario {
    scenario!("All five policies, the operation is ready at once", ready, at_once)
}

fn suspending() -> Scenario {
    scenario!("All five policies, the operation suspends once", suspends, suspending)
}
