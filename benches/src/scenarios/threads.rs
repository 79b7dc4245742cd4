//! Two threads on one object, against one thread: what they share should cost them nothing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use resilient_runtime::{Registry, resilient};
use rustix::thread::{CpuSet, sched_setaffinity};

use super::{Entry, api, peers, together};
use crate::{
    floor,
    harness::{Contender, Reaches, Role, Scenario, lap, run_delay},
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

/// So many calls on each of the threads at once, each on a processor of its own: how long it took from the first that began
/// to the last that ended, and what they waited for their processors or for each other. Threads that take turns on one
/// processor share nothing, and would say nothing.
fn on_threads(threads: usize, calls: u64, call: &Arc<Call>) -> (Duration, Duration) {
    let ready = Arc::new(AtomicUsize::new(0));
    let run = |processor| {
        let (ready, call) = (Arc::clone(&ready), Arc::clone(call));
        thread::spawn(move || {
            let _runtime = enter();
            let mut only = CpuSet::new();
            only.set(processor);
            sched_setaffinity(None, &only).expect("a machine with two processors");
            // Not a barrier, which lets them sleep: they are to begin while both have their processors.
            ready.fetch_add(1, Ordering::AcqRel);
            while ready.load(Ordering::Acquire) < threads {
                std::hint::spin_loop();
            }
            let (waited, began) = (run_delay(), Instant::now());
            let (_, good) = lap(calls, Reaches::Every, |_| call());
            assert_eq!(good, calls, "calls that came to what they should");
            (began, Instant::now(), run_delay().saturating_sub(waited))
        })
    };
    let running: Vec<_> = (0..threads).map(run).collect();
    let ended: Vec<_> =
        running.into_iter().map(|thread| thread.join().expect("no panic")).collect();
    let began = || ended.iter().map(|(began, ..)| *began);
    let (first, apart) = (began().min().expect("a thread"), began().max().expect("a thread"));
    let last = ended.iter().map(|(_, ended, _)| *ended).max().expect("a thread");
    let waited: Duration = ended.iter().map(|(.., waited)| *waited).sum();
    (last - first, waited + (apart - first))
}

/// The same call on one thread, and on two.
pub fn both(
    role: Role,
    name: &str,
    call: impl Fn() -> bool + Send + Sync + 'static,
) -> [Contender; 2] {
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
    ];
    Scenario::new(
        "Breaker of failures in a row, closed, on one thread and on two",
        contenders.into_iter().flatten().collect(),
        peers!(threads::breaker),
    )
}

fn breaker_rate() -> Scenario {
    let ours = ResilientRate::with_registry(Client, &Registry::new());
    let breaker = floor::Rate::new(30);
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
    ];
    Scenario::new(
        "Breaker of a rate, closed, on one thread and on two",
        contenders.into_iter().flatten().collect(),
        peers!(threads::breaker_rate),
    )
}

fn all_five() -> Scenario {
    let ours = together::by_hand();
    let floor = floor::Stack::default();
    let contenders = [
        both(Role::Ours, "ours", move || drive(ours.call(ready)).is_ok()),
        both(Role::Floor, "floor", move || drive(floor.call(ready)).is_ok()),
    ];
    Scenario::new(
        "All five policies, on one thread and on two",
        contenders.into_iter().flatten().collect(),
        peers!(threads::all_five),
    )
}
