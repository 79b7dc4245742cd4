//! Two threads on one object, against one thread: what they share should cost them nothing.

use std::{
    fs,
    sync::{Arc, Barrier},
    thread,
    time::{Duration, Instant},
};

use failsafe::{
    Config, backoff::constant, failure_policy::consecutive_failures, futures::CircuitBreaker as _,
};
use recloser::Recloser;
use resilient_runtime::{Registry, resilient};
use rustix::thread::{CpuSet, sched_setaffinity};

use super::{Entry, api, together};
use crate::{
    floor,
    harness::{Contender, Reaches, Role, Scenario, lap},
    work::{Client, drive, enter, ready},
};

/// In order.
pub const ALL: &[Entry] = &[
    ("threads/breaker", false, breaker),
    ("threads/breaker-rate", false, breaker_rate),
    ("threads/together", false, all_five),
];

api! {
    #[resilient(service = "consecutive", breaker(threshold = 5))]
    Consecutive
}

api! {
    #[resilient(service = "rate", breaker(threshold = 0.6, window = 50, min_calls = 50))]
    Rate
}

type Call = dyn Fn() -> bool + Send + Sync;

/// So many calls on each of the threads at once, each on a processor of its own: how long the slower one took. Where
/// somebody else's work kept one of them waiting for its processor they did not run at once, which says nothing: then
/// again.
fn on_threads(threads: usize, calls: u64, call: &Arc<Call>) -> Duration {
    const TRIES: u32 = 200;
    for _ in 0..TRIES {
        let (took, waited) = together_once(threads, calls, call);
        if waited <= took / 20 {
            return took;
        }
    }
    panic!(
        "{threads} threads did not get {threads} processors in {TRIES} tries; try when the machine is less busy"
    );
}

/// How long it took from the first that began to the last that ended, and what they waited for their processors.
fn together_once(threads: usize, calls: u64, call: &Arc<Call>) -> (Duration, Duration) {
    let barrier = Arc::new(Barrier::new(threads));
    let run = |processor| {
        let (barrier, call) = (Arc::clone(&barrier), Arc::clone(call));
        thread::spawn(move || {
            let _runtime = enter();
            let mut only = CpuSet::new();
            only.set(processor);
            sched_setaffinity(None, &only).expect("a machine with two processors");
            barrier.wait();
            let (waited, began) = (run_delay(), Instant::now());
            let (_, good) = lap(calls, Reaches::Every, |_| call());
            assert_eq!(good, calls, "calls that came to what they should");
            (began, Instant::now(), run_delay().saturating_sub(waited))
        })
    };
    let running: Vec<_> = (0..threads).map(run).collect();
    let ended: Vec<_> =
        running.into_iter().map(|thread| thread.join().expect("no panic")).collect();
    let first = ended.iter().map(|(began, ..)| *began).min().expect("a thread");
    let last = ended.iter().map(|(_, ended, _)| *ended).max().expect("a thread");
    (last - first, ended.iter().map(|(.., waited)| *waited).sum())
}

/// How long this thread could have run and did not, as Linux counts it.
fn run_delay() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanoseconds = text.split(' ').nth(1).and_then(|field| field.parse().ok());
    Duration::from_nanos(nanoseconds.expect("three numbers"))
}

/// The same call on one thread, and on two.
fn both(role: Role, name: &str, call: impl Fn() -> bool + Send + Sync + 'static) -> [Contender; 2] {
    let call: Arc<Call> = Arc::new(call);
    [(1, "one thread"), (2, "two threads")].map(|(threads, label)| {
        let call = Arc::clone(&call);
        Contender::timed(role, format!("{name}, {label}"), move |calls| {
            on_threads(threads, calls, &call)
        })
    })
}

fn breaker() -> Scenario {
    let ours = ResilientConsecutive::with_registry(Client, &Registry::new());
    let breaker = floor::Consecutive::new(5);
    let backoff = constant(Duration::from_mins(1));
    let failsafe = Config::new().failure_policy(consecutive_failures(5, backoff)).build();
    let contenders = [
        both(Role::Ours, "ours", move || drive(ours.ready()).is_ok()),
        both(Role::Floor, "floor", move || {
            let call = async {
                breaker.admit()?;
                let answer = ready().await;
                breaker.record(answer.is_ok());
                answer.map_err(floor::Refused::Failed)
            };
            drive(call).is_ok()
        }),
        both(Role::Peer, "failsafe", move || drive(failsafe.call(ready())).is_ok()),
    ];
    Scenario {
        title: "Breaker of failures in a row, closed, on one thread and on two",
        contenders: contenders.into_iter().flatten().collect(),
    }
}

fn breaker_rate() -> Scenario {
    let ours = ResilientRate::with_registry(Client, &Registry::new());
    let breaker = floor::Rate::new(30);
    let recloser: recloser::AsyncRecloser =
        Recloser::custom().error_rate(0.6).closed_len(50).build().into();
    let contenders = [
        both(Role::Ours, "ours", move || drive(ours.ready()).is_ok()),
        both(Role::Floor, "floor", move || {
            let call = async {
                breaker.admit()?;
                let answer = ready().await;
                breaker.record(answer.is_ok());
                answer.map_err(floor::Refused::Failed)
            };
            drive(call).is_ok()
        }),
        both(Role::Peer, "recloser", move || drive(recloser.call(ready())).is_ok()),
    ];
    Scenario {
        title: "Breaker of a rate, closed, on one thread and on two",
        contenders: contenders.into_iter().flatten().collect(),
    }
}

fn all_five() -> Scenario {
    let ours = together::by_hand();
    let floor = floor::Stack::default();
    let put_together = together::PutTogether::default();
    let contenders = [
        both(Role::Ours, "ours", move || drive(ours.call(ready)).is_ok()),
        both(Role::Floor, "floor", move || drive(floor.call(ready)).is_ok()),
        both(Role::Peer, "put together", move || drive(put_together.call(ready)).is_ok()),
    ];
    Scenario {
        title: "All five policies, on one thread and on two",
        contenders: contenders.into_iter().flatten().collect(),
    }
}
