//! Calls that block their thread, through [`Policy`]: what a caller gets, how many calls reach the service, how long it
//! takes, and what the books say.

#![allow(clippy::large_types_passed_by_value, reason = "a test says its configuration once")]

mod cache;
mod panics;
mod same;
mod threads;
mod waits;

use std::{
    sync::mpsc,
    thread::{self, JoinHandle},
    time::Duration,
};

use resilient_runtime::{
    MethodSnapshot, Policy, PolicyConfig, Registry, Rejection, ServiceSnapshot, TimeoutScope,
};
use resilient_tests::double::{Double, Fault};
use tokio::{
    runtime::Handle,
    sync::oneshot,
    task::{spawn_blocking, yield_now},
};

type Answer = Result<u32, Fault>;

const SECOND: Duration = Duration::from_secs(1);
const MILLI: Duration = Duration::from_millis(1);

fn policy(config: PolicyConfig) -> Policy {
    let registry = Registry::builder().seed(1).build().expect("valid");
    Policy::builder("api").registry(&registry).config(config).build().expect("valid")
}

fn get(policy: &Policy, double: &Double) -> Answer {
    policy.call_blocking(|| double.answer_blocking())
}

fn books(policy: &Policy) -> MethodSnapshot {
    policy.service().method("call").expect("declared").snapshot()
}

fn snapshot(policy: &Policy) -> ServiceSnapshot {
    policy.service().snapshot()
}

fn scope(answer: Answer) -> Option<TimeoutScope> {
    match answer {
        Err(Fault::Rejected(Rejection::TimedOut { scope, .. })) => Some(scope),
        _ => None,
    }
}

/// Does it on a thread of its own, by the clock of this one's runtime.
fn thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    let runtime = Handle::try_current().ok();
    thread::spawn(move || {
        let _entered = runtime.as_ref().map(Handle::enter);
        work()
    })
}

/// The same, while this one's paused clock moves to whatever that one waits for.
async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = oneshot::channel();
    let thread = thread(move || drop(sender.send(work())));
    let done = receiver.await;
    thread.join().expect("no panic");
    done.expect("it was sent")
}

/// Keeps the paused clock from moving by itself, for as long as it lives.
struct StillClock {
    _open: mpsc::Sender<()>,
}

fn still_clock() -> StillClock {
    let (open, closed) = mpsc::channel();
    // The clock of a runtime moves only where nothing blocks.
    drop(spawn_blocking(move || closed.recv()));
    StillClock { _open: open }
}

/// Lets other threads go on until it is so.
async fn until(mut so: impl FnMut() -> bool) {
    while !so() {
        yield_now().await;
    }
}

/// The same outside of a runtime.
fn spin_until(mut so: impl FnMut() -> bool) {
    while !so() {
        thread::yield_now();
    }
}
