//! The loop of one call with every policy that may stand in it, through [`Policy`]: what a caller gets, how many calls
//! reach the service, and what the books say. Each test here kills a fault that survived, or a bug that was found.

#![allow(clippy::large_types_passed_by_value, reason = "a test says its configuration once")]
#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "predicates take a reference, as the attribute asks"
)]

mod breaker;
mod bulkhead;
mod driver;
mod dropped;
mod hedge;
mod panics;
mod rate;
mod retry;
mod rules;
mod timeout;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
    time::Duration,
};

use resilient_runtime::{MethodSnapshot, Policy, PolicyConfig, Registry, ServiceSnapshot};
use resilient_tests::{
    double::{Double, Fault},
    poll_once,
};

const SECOND: Duration = Duration::from_secs(1);

fn policy(config: PolicyConfig) -> Policy {
    let registry = Registry::builder().seed(1).build().expect("valid");
    Policy::builder("api").registry(&registry).config(config).build().expect("valid")
}

async fn get(policy: &Policy, double: &Double) -> Result<u32, Fault> {
    policy.call(async || double.answer().await).await
}

async fn get_hedged(policy: &Policy, double: &Double) -> Result<u32, Fault> {
    policy.call_hedged(|| double.answer()).await
}

fn books(policy: &Policy) -> MethodSnapshot {
    policy.service().method("call").expect("declared").snapshot()
}

fn snapshot(policy: &Policy) -> ServiceSnapshot {
    policy.service().snapshot()
}

/// Every call that has ended did so in exactly one way.
fn assert_books_add_up(policy: &Policy) {
    let books = books(policy);
    assert_eq!(
        books.calls,
        books.successes + books.failures + books.ignored + books.cancelled + books.rejected.total(),
        "{books:?}"
    );
}

/// Drives a future; `None` where it panics.
async fn unwound<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    std::future::poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(Poll::Ready(output)) => Poll::Ready(Some(output)),
        Ok(Poll::Pending) => Poll::Pending,
        Err(_) => Poll::Ready(None),
    })
    .await
}
