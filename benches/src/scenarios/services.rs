//! One service to ten thousand: a call should not know how many others there are. What remains is the processor's cache.

use std::sync::Arc;

use resilient_runtime::{BreakerConfig, Policy, Registry};

use super::Entry;
use crate::{
    floor,
    harness::{Contender, Role, Scenario, Shuffler},
    work::{drive, ready},
};

/// In order.
pub const ALL: &[Entry] = &[("services", false, services)];

const COUNTS: [usize; 4] = [1, 100, 1_000, 10_000];

/// So many services of one registry, each with a breaker.
pub fn policies(registry: &Registry, count: usize) -> Vec<Policy> {
    let policy = |number| {
        Policy::builder(format!("service {number}"))
            .breaker(BreakerConfig::new().threshold(5))
            .registry(registry)
            .build()
            .expect("valid")
    };
    (0..count).map(policy).collect()
}

/// In an order that no processor guesses.
fn contender<T: 'static>(
    role: Role,
    name: &str,
    mut items: Vec<T>,
    call: impl Fn(&T) -> bool + 'static,
) -> Contender {
    Shuffler::new(3).shuffle(&mut items);
    Contender::in_turn(role, name, items, call)
}

fn services() -> Scenario {
    let ours = COUNTS.map(|count| {
        let policies = policies(&Registry::new(), count);
        contender(Role::Ours, "ours", policies, |policy| drive(policy.call(ready)).is_ok())
    });
    let floor = COUNTS.map(|count| {
        let breakers = (0..count).map(|_| Arc::new(floor::Consecutive::new(5))).collect();
        contender(Role::Floor, "floor", breakers, |breaker: &Arc<floor::Consecutive>| {
            let call = async {
                breaker.admit()?;
                let answer = ready().await;
                breaker.record(answer.is_ok());
                answer.map_err(floor::Refused::Failed)
            };
            drive(call).is_ok()
        })
    });
    let contenders = ours.into_iter().chain(floor).collect();
    Scenario::new("A breaker for each of so many services, called in turn", contenders, Vec::new())
}
