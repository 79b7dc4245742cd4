mod core;
mod handle;
mod keyed;
mod listeners;
mod model;

use std::{sync::Arc, time::Duration};

use rand::{SeedableRng, rngs::SmallRng};
use resilient_policy::BreakerConfig;

use super::{
    CircuitBreaker, Owner,
    core::{Admission, Change, Core, Ending},
};
use crate::clock::Moment;

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn at(after: u64) -> Moment {
    Moment::at(secs(after))
}

fn rng() -> SmallRng {
    SmallRng::seed_from_u64(1)
}

fn new_core(config: BreakerConfig) -> Core {
    Core::new(config.settings(), rng(), at(0))
}

fn owner() -> Owner {
    Owner { service: "scout".into(), method: None, key: None }
}

fn breaker(config: BreakerConfig) -> CircuitBreaker {
    CircuitBreaker::new(owner(), config.settings(), rng(), Arc::default())
}

fn admitted(core: &mut Core, secs: u64) -> Admission {
    core.admit(at(secs)).0.expect("admitted")
}

/// A call that takes no time.
fn end(core: &mut Core, ending: Ending, secs: u64) -> Option<Change> {
    let admission = admitted(core, secs);
    core.record(admission, ending, Duration::ZERO, at(secs))
}

fn fail(core: &mut Core, secs: u64) -> Option<Change> {
    end(core, Ending::Failure, secs)
}

fn succeed(core: &mut Core, secs: u64) -> Option<Change> {
    end(core, Ending::Success, secs)
}
