//! Calls that block their thread, through [`Policy`]: what a caller gets, how many calls reach the service, how long it
//! takes, and what the books say.

#![allow(clippy::large_types_passed_by_value, reason = "a test says its configuration once")]

mod waits;

use std::time::Duration;

use resilient_runtime::{MethodSnapshot, Policy, PolicyConfig, Registry, ServiceSnapshot};
use resilient_tests::double::{Double, Fault};
use tokio::{runtime::Handle, sync::oneshot};

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

/// Does it on a thread of its own, while this one's paused clock moves to whatever that one waits for.
async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = oneshot::channel();
    let runtime = Handle::current();
    let thread = std::thread::spawn(move || {
        let _entered = runtime.enter();
        let _ = sender.send(work());
    });
    let done = receiver.await;
    thread.join().expect("no panic");
    done.expect("no panic")
}
