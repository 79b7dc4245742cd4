//! Bytes: of futures, of a key that is idle, of a service. Not timed, and counted only with [`Counting`] as the allocator.
//!
//! [`Counting`]: crate::counting::Counting

use std::fmt::Write as _;

use resilient_runtime::{Registry, resilient};

use super::{
    api, keys, services,
    together::{self, Together as _},
};
#[cfg(feature = "peers")]
use crate::peers;
use crate::{
    counting::bytes,
    floor,
    work::{Client, ready, suspends},
};

api! {
    #[resilient(breaker(threshold = 5))]
    Breaker
}

api! {
    #[resilient(
        breaker(threshold = 0.5, window = 50, slow = "1s"),
        retry(max = 3, within = "9s"),
        rate(limit = 1000.0, adaptive),
        cache(memory = "5m", disk = "30m", refresh = "4m", stale = "1h"),
        timeout(adaptive(max = "1s"), call = "5s"),
        bulkhead(adaptive, max = 10, wait = "1s"),
        hedge(after = p90),
        fallback(stale, value = 0)
    )]
    Everything
}

/// Both tables, in Markdown.
pub fn tables() -> String {
    let mut text = format!(
        "The future of the operation, `suspends`, takes {} bytes itself.\n\n\
        | future of a call | bytes over the operation's |\n| --- | ---: |\n",
        size_of_val(&suspends())
    );
    let floor = size_of_val(&floor::Stack::default().call(suspends)) - size_of_val(&suspends());
    let futures = our_futures().into_iter().chain([("floor, all five", floor)]);
    for (name, bytes) in futures.chain(peer_futures()) {
        let _ = writeln!(text, "| {name} | {bytes} |");
    }
    text.push_str("\n| memory of | bytes each |\n| --- | ---: |\n");
    for (name, bytes) in our_memory().into_iter().chain(peer_memory()) {
        let _ = writeln!(text, "| {name} | {bytes:.0} |");
    }
    text
}

/// Futures of ours over the operation's own.
pub fn our_futures() -> Vec<(&'static str, usize)> {
    let inner = size_of_val(&suspends());
    let registry = Registry::new();
    let breaker = ResilientBreaker::with_registry(Client, &registry);
    let everything = ResilientEverything::with_registry(Client, &registry);
    vec![
        ("ours, breaker alone", size_of_val(&breaker.suspends()) - inner),
        ("ours, all five by attribute", size_of_val(&together::by_attribute().suspends()) - inner),
        ("ours, all five by hand", size_of_val(&together::by_hand().call(suspends)) - inner),
        (
            "ours, every policy and a fallback, by attribute",
            size_of_val(&everything.suspends()) - inner,
        ),
    ]
}

#[cfg(feature = "peers")]
fn peer_futures() -> Vec<(&'static str, usize)> {
    let put_together = peers::together::PutTogether::default();
    let bytes = size_of_val(&put_together.call(suspends)) - size_of_val(&suspends());
    vec![("put together, all five", bytes)]
}

#[cfg(not(feature = "peers"))]
fn peer_futures() -> Vec<(&'static str, usize)> {
    Vec::new()
}

/// What so many of something keep, each.
#[allow(clippy::cast_precision_loss, reason = "a mean of bytes")]
fn each<T>(count: usize, make: impl FnOnce() -> T) -> f64 {
    let before = bytes();
    let kept = make();
    let held = bytes() - before;
    drop(kept);
    held as f64 / count as f64
}

const KEYS: usize = 1_000_000;
const SERVICES: usize = 10_000;

/// Bytes of what ours keeps while nobody calls. Only with [`Counting`](crate::counting::Counting) as the allocator.
pub fn our_memory() -> Vec<(&'static str, f64)> {
    let hosts = keys::hosts(KEYS);
    let policies = || {
        let registry = Registry::new();
        let policies = services::policies(&registry, SERVICES);
        for policy in &policies {
            assert!(crate::work::drive(policy.call(ready)).is_ok());
        }
        (registry, policies)
    };
    vec![
        ("ours, a key with a limiter (of a million)", each(KEYS, || keys::ours(&hosts))),
        ("ours, a service with a breaker (of ten thousand)", each(SERVICES, policies)),
    ]
}

#[cfg(feature = "peers")]
fn peer_memory() -> Vec<(&'static str, f64)> {
    let hosts = keys::hosts(KEYS);
    let governor = || {
        let call = peers::keys::governor();
        assert!(hosts.iter().all(&call));
        call
    };
    vec![("governor, a key with a limiter (of a million)", each(KEYS, governor))]
}

#[cfg(not(feature = "peers"))]
fn peer_memory() -> Vec<(&'static str, f64)> {
    Vec::new()
}
