//! The cache, by attribute and by hand: what may be served when, who loads, and what an invalidation reaches.

#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "predicates take a reference, as the attribute asks"
)]

mod background;
mod errors;
mod flights;
mod invalidate;
mod lifetimes;
mod model;
mod namespaces;
mod refresh;
mod stale;
mod warm;

use std::time::Duration;

use resilient_runtime::{CacheConfig, Policy, Provenance, Registry, traced};
use resilient_tests::poll_once;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// An answer, where it came from, and how old it was.
async fn seen<R>(call: impl Future<Output = R>) -> (R, &'static str, Duration) {
    let (answer, provenance) = traced(call).await;
    (answer, Provenance::as_str(&provenance), provenance.age())
}

fn by_hand(config: CacheConfig) -> Policy {
    Policy::builder("hand").cache(config).registry(&Registry::new()).build().expect("valid")
}
