//! The soak: callers without patience, through every policy at once, for as long as is asked, against services that err,
//! hang and panic. Nothing may leak or be stuck, and every count must add up: `scripts/soak [SECONDS [SEED]]`.

mod books;
mod callers;
mod diary;
mod faults;
mod memory;
mod recovery;
mod report;
mod worlds;

use std::{
    env,
    thread::available_parallelism,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use resilient_runtime::DiskStatus;
use tokio::{
    runtime::{Builder, Runtime},
    task::JoinSet,
};

use crate::{
    faults::mixed,
    memory::Held,
    report::{Report, Row},
    worlds::{Old, Young},
};

/// Who call at the same time, besides those that block.
const CALLERS: u32 = 200;
const BLOCKING_CALLERS: u64 = 2;

/// The most calls in a second. A machine that makes fewer makes as many as it can.
const CALLS_PER_SECOND: u32 = 50_000;

/// After so many rounds, all that is kept has been made once.
const WARM_ROUNDS: u64 = 3;

/// What a round may leave behind beyond what the warm ones did: maps and lines of those who wait keep the room that
/// their largest crowd needed, and the largest one may come late; and a thread that is new to a method has a line of its
/// counters made, eight for each at most. A leak of one byte in thirty calls would be more.
const ROOM: Held = Held { bytes: 64 << 10, allocations: 128 };

/// The same before a round's own services are dropped, whose pages, keys and answers are as many as it happens: breakers of
/// at most a thousand keys, of which a hundred are forgotten at a time, limiters until they are swept, and the pages of
/// the file in memory.
const ROOM_WITHIN: Held = Held { bytes: 1 << 20, allocations: 4_096 };

/// What may be left when everything is dropped: `parking_lot`, below the cache in memory, never gives back its table of
/// threads that wait, and makes a larger one when more of them wait than ever before.
const LEFT: Held = Held { bytes: 8 << 10, allocations: 4 };

fn main() {
    let mut args = env::args().skip(1).map(|text| text.parse().expect("a number"));
    let seconds: u64 = args.next().unwrap_or(600);
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later");
    let seed = args.next().unwrap_or(since_1970.as_secs());
    let rounds = (seconds / 6).clamp(WARM_ROUNDS + 2, 20);
    let time = Duration::from_secs(seconds) / u32::try_from(rounds).unwrap_or(u32::MAX);
    println!("seed {seed}");

    // What a process makes once in its life is made before the first measure.
    drop(round(&Old::new(seed), seed, Duration::from_millis(500)));
    let before = Held::settled(Held { bytes: 0, allocations: 0 });

    let old = Old::new(seed);
    fill(&old);
    let report = Report::begin(seed, seconds);
    let mut most = Held { bytes: 0, allocations: 0 };
    let mut most_within = most;
    for number in 1..=rounds {
        let row = round(&old, mixed(seed ^ number), time);
        let allowed = most.and(ROOM);
        let held = Held::settled(allowed);
        report.row(number, &row, held);
        let within = row.held;
        drop(row);
        if number > WARM_ROUNDS {
            assert!(held.fits(allowed), "a leak: {held:?} after {most:?}, which was warm");
            let allowed = most_within.and(ROOM_WITHIN);
            assert!(within.fits(allowed), "not bounded: {within:?} after {most_within:?}");
        } else {
            most = most.max(held);
            most_within = most_within.max(within);
        }
    }
    report.end(&old);
    drop(old);
    let after = Held::settled(before.and(LEFT));
    assert!(
        after.fits(before.and(LEFT)),
        "{after:?} is left of what was dropped, {before:?} was before"
    );
    println!("\nEverything dropped, {} bytes are held; {} were before.", after.bytes, before.bytes);
}

fn runtime() -> Runtime {
    let threads = available_parallelism().map_or(2, |threads| threads.get().max(2));
    let runtime = Builder::new_multi_thread().worker_threads(threads).enable_time().build();
    runtime.expect("a runtime")
}

/// Fills every cache, whose room grows with what they hold until they are full.
fn fill(old: &Old) {
    old.client.moody.be_well(true);
    runtime().block_on(callers::fill(old));
    old.empty();
}

/// Calls for so long, heals the services, sees that they answer, and settles the accounts.
fn round(old: &Old, seed: u64, time: Duration) -> Row {
    let directory = tempfile::tempdir().expect("a directory");
    let young = Young::new(seed, directory.path());
    let runtime = runtime();
    let before = books::calls(&old.registry.snapshot());
    let row = runtime.block_on(async {
        let elapsed = storm(old, &young, seed, time).await;
        recovery::quiet(old, &young).await;
        let calls = books::calls(&old.registry.snapshot()) - before
            + books::calls(&young.registry.snapshot());
        let waits = recovery::recover(old, &young).await;
        recovery::quiet(old, &young).await;
        young.registry.flush().await;
        let (aged, fresh) = (old.registry.snapshot(), young.registry.snapshot());
        books::audit(&aged, &old.client.diaries);
        books::audit(&fresh, &young.client.diaries);
        assert_eq!(fresh.disk, DiskStatus::Ready, "the disk is well");
        let row = Row::new(calls, elapsed, waits, &aged, (&fresh, &young.client.diaries));
        young.registry.close().await;
        row
    });
    drop((young, runtime));
    old.empty();
    row
}

/// Everybody calls, until it is time.
async fn storm(old: &Old, young: &Young, seed: u64, time: Duration) -> Duration {
    for client in [&old.client, &young.client] {
        client.moody.be_well(false);
    }
    let (start, pace) = (Instant::now(), Duration::from_secs(1) * CALLERS / CALLS_PER_SECOND);
    let until = start + time;
    let mut callers = JoinSet::new();
    for number in 0..CALLERS.into() {
        let (old, young) = (old.clone(), young.clone());
        callers.spawn(callers::call(old, young, mixed(seed ^ number), until, pace));
    }
    for number in 0..BLOCKING_CALLERS {
        let old = old.clone();
        let seed = mixed(!seed ^ number);
        callers.spawn_blocking(move || callers::call_blocking(&old, seed, until, pace));
    }
    while let Some(ended) = callers.join_next().await {
        ended.expect("no caller panics");
    }
    start.elapsed()
}
