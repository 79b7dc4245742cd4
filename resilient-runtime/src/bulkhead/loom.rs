//! Every order in which threads can take their steps, for what a test that runs once can miss.
//!
//! `RUSTFLAGS="--cfg resilient_loom" cargo test --release -p resilient-runtime --lib bulkhead::loom`, in a target
//! directory of its own.

use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    task::Poll,
    time::Duration,
};

use ::loom::{future::block_on, model::Builder, thread};
use rand::{SeedableRng, rngs::SmallRng};
use resilient_policy::{BulkheadConfig, LimitAlgorithm};

use super::{Bulkhead, Entry, Place, Sample};
use crate::clock::Moment;

const WAIT: Duration = Duration::from_secs(1);

fn bulkhead(config: BulkheadConfig) -> Bulkhead {
    Bulkhead::new(config.wait(WAIT).settings(), SmallRng::seed_from_u64(7))
}

fn ask(bulkhead: &Bulkhead) -> Entry<'_> {
    bulkhead.ask(Moment::at(WAIT), None).expect("the line has room")
}

/// Without the timer: a lost wake-up is a deadlock, which loom reports.
async fn place<'a>(entry: Entry<'a>) -> Place<'a> {
    match entry {
        Entry::Place(place) => place,
        Entry::Queued(mut waiting) => poll_fn(|cx| waiting.poll(cx)).await,
    }
}

/// One look, and away: with a place, or out of the line.
fn look_and_leave(entry: Entry<'_>) {
    if let Entry::Queued(mut waiting) = entry {
        block_on(poll_fn(|cx| Poll::Ready(drop(waiting.poll(cx)))));
    }
}

fn model(test: impl Fn() + Sync + Send + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(test);
}

fn all_free(bulkhead: &Bulkhead) {
    let snapshot = bulkhead.snapshot();
    assert_eq!((snapshot.active, snapshot.queued, snapshot.available), (0, 0, snapshot.limit));
}

#[test]
fn one_place_is_held_by_one_call_and_nobody_is_forgotten() {
    model(|| {
        let bulkhead = bulkhead(BulkheadConfig::new().max(1));
        // Not loom's: it counts, and must not add steps.
        let holders = Arc::new(AtomicU32::new(0));
        let hold = |bulkhead: &Bulkhead, holders: &AtomicU32| {
            let place = block_on(place(ask(bulkhead)));
            assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0);
            thread::yield_now();
            holders.fetch_sub(1, Ordering::SeqCst);
            drop(place);
        };
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let (bulkhead, holders) = (bulkhead.clone(), Arc::clone(&holders));
                thread::spawn(move || hold(&bulkhead, &holders))
            })
            .collect();
        hold(&bulkhead, &holders);
        for thread in threads {
            thread.join().expect("no panic");
        }
        all_free(&bulkhead);
    });
}

#[test]
fn a_place_that_is_given_to_a_waiter_that_is_dropped_goes_to_the_next() {
    model(|| {
        let bulkhead = bulkhead(BulkheadConfig::new().max(1));
        let held = ask(&bulkhead);
        let (leaver, stayer) = (bulkhead.clone(), bulkhead.clone());
        let leaver = thread::spawn(move || look_and_leave(ask(&leaver)));
        let stayer = thread::spawn(move || drop(block_on(place(ask(&stayer)))));
        drop(held);
        leaver.join().expect("no panic");
        stayer.join().expect("no panic");
        all_free(&bulkhead);
    });
}

#[test]
fn a_call_that_comes_while_another_leaves_finds_the_place_or_is_given_it() {
    model(|| {
        let bulkhead = bulkhead(BulkheadConfig::new().max(2));
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let bulkhead = bulkhead.clone();
                thread::spawn(move || {
                    let first = ask(&bulkhead);
                    look_and_leave(ask(&bulkhead));
                    drop(block_on(place(first)));
                })
            })
            .collect();
        for thread in threads {
            thread.join().expect("no panic");
        }
        all_free(&bulkhead);
    });
}

/// A bulkhead whose limit is 1, or 2, and moves at the next sample.
fn about_to_move(initial: u32, sample: Sample) -> Bulkhead {
    let config = BulkheadConfig::new().adaptive(LimitAlgorithm::Vegas).initial(initial).max(9);
    let bulkhead = bulkhead(config);
    let Entry::Place(place) = ask(&bulkhead) else { panic!("free") };
    // The first window ends with the eleventh sample, and the next with the tenth after it.
    for number in 0..20 {
        place.sample(sample, Moment::at(WAIT * (number / 10 + 1)));
    }
    drop(place);
    assert_eq!(bulkhead.snapshot().limit, initial);
    bulkhead
}

#[test]
fn a_limit_that_grows_lets_in_who_waits_or_comes() {
    model(|| {
        let answer = Sample::Answer(WAIT / 100);
        let bulkhead = about_to_move(1, answer);
        let Entry::Place(held) = ask(&bulkhead) else { panic!("free") };
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let bulkhead = bulkhead.clone();
                thread::spawn(move || drop(block_on(place(ask(&bulkhead)))))
            })
            .collect();
        held.sample(answer, Moment::at(WAIT * 3));
        // They get in though this one stays.
        for thread in threads {
            thread.join().expect("no panic");
        }
        assert_eq!(bulkhead.snapshot().limit, 7);
        drop(held);
        all_free(&bulkhead);
    });
}
