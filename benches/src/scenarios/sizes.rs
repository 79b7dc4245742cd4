//! Bytes: of futures, of a key that is idle, of a service. Not timed, and counted only with [`Counting`] as the allocator.
//!
//! [`Counting`]: crate::counting::Counting

use std::fmt::Write as _;

use resilient_runtime::{Registry, resilient};

use super::{
    api, keys, services,
    together::{self, Together as _},
};
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
    futures() + &memory()
}

fn futures() -> String {
    let inner = size_of_val(&suspends());
    let mut text =
        "| future of a call, `suspends` | bytes | over the operation's |\n| --- | ---: | ---: |\n"
            .to_owned();
    let mut row = |name: &str, bytes: usize| {
        let _ = writeln!(text, "| {name} | {bytes} | {} |", bytes - inner);
    };
    let registry = Registry::new();
    let breaker = ResilientBreaker::with_registry(Client, &registry);
    let everything = ResilientEverything::with_registry(Client, &registry);
    row("the operation", inner);
    row("ours, breaker alone", size_of_val(&breaker.suspends()));
    row("ours, all five by attribute", size_of_val(&together::by_attribute().suspends()));
    row("ours, all five by hand", size_of_val(&together::by_hand().call(suspends)));
    row("ours, every policy and a fallback, by attribute", size_of_val(&everything.suspends()));
    row("floor, all five", size_of_val(&floor::Stack::default().call(suspends)));
    row("put together, all five", size_of_val(&together::PutTogether::default().call(suspends)));
    text.push('\n');
    text
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

fn memory() -> String {
    const KEYS: usize = 1_000_000;
    const SERVICES: usize = 10_000;
    let mut text = "| memory of | bytes each |\n| --- | ---: |\n".to_owned();
    let mut row = |name: &str, bytes: f64| {
        let _ = writeln!(text, "| {name} | {bytes:.0} |");
    };
    let hosts = keys::hosts(KEYS);
    row("ours, a key with a limiter (of a million)", each(KEYS, || keys::ours(&hosts)));
    let governor = || {
        let call = keys::governor();
        assert!(hosts.iter().all(&call));
        call
    };
    row("governor, a key with a limiter (of a million)", each(KEYS, governor));
    let policies = || {
        let registry = Registry::new();
        let policies = services::policies(&registry, SERVICES);
        for policy in &policies {
            assert!(crate::work::drive(policy.call(ready)).is_ok());
        }
        (registry, policies)
    };
    row("ours, a service with a breaker (of ten thousand)", each(SERVICES, policies));
    text
}
