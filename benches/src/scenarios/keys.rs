//! One key to a million, each with a limiter of its own.

use std::sync::Arc;

use resilient_runtime::{Registry, resilient};

use super::{Entry, peers};
use crate::{
    harness::{Contender, Role, Scenario, Shuffler},
    work::{Answer, Client, drive, ready},
};

/// In order.
pub const ALL: &[Entry] = &[("keys", false, keys)];

/// Ours keeps at most 2^20.
pub const COUNTS: [usize; 4] = [1, 100, 10_000, 1_000_000];

// A token in a hundred seconds and fifty million in stock: no limiter is full again while we measure, so that none may be
// forgotten, and none is ever empty.
#[resilient(service = "hosts", rate(limit = 1.0, per = "100s", burst = 50_000_000, key = host))]
trait Hosts {
    async fn get(&self, host: &str) -> Answer;
}

impl Hosts for Client {
    async fn get(&self, _host: &str) -> Answer {
        ready().await
    }
}

/// Those of the first so many hosts, shuffled.
pub fn hosts(count: usize) -> Arc<[String]> {
    let mut hosts: Vec<String> =
        (0..count).map(|number| format!("host-{number}.example")).collect();
    Shuffler::new(5).shuffle(&mut hosts);
    hosts.into()
}

/// A call of ours for each host; what is returned keeps them. Asserts that none was forgotten.
pub fn ours(hosts: &[String]) -> impl Fn(&str) -> bool + use<> {
    let decorator = ResilientHosts::with_registry(Client, &Registry::new());
    assert!(hosts.iter().all(|host| drive(decorator.get(host)).is_ok()));
    let kept = decorator.service().snapshot().keyed_rate.map(|rate| rate.keys);
    assert_eq!(kept, Some(hosts.len()), "keys that have a limiter");
    move |host| drive(decorator.get(host)).is_ok()
}

/// One for each host, asked in turn.
pub fn contender(
    role: Role,
    name: &str,
    hosts: Arc<[String]>,
    call: impl Fn(&String) -> bool + 'static,
) -> Contender {
    for host in &*hosts {
        assert!(call(host));
    }
    Contender::in_turn(role, name, hosts, call)
}

fn keys() -> Scenario {
    let contenders = COUNTS.map(|count| {
        let ours = ours(&hosts(count));
        contender(Role::Ours, "ours", hosts(count), move |host| ours(host))
    });
    let title = "A rate limit for each of so many keys, asked in turn";
    Scenario::new(title, contenders.into(), peers!(keys::keys))
}
