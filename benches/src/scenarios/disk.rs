//! The disk tier, beside the store that it is built on: answers of 1 KiB and of 64 KiB.

use std::{
    cell::Cell,
    path::Path,
    rc::Rc,
    time::{Duration, Instant},
};

use redb::{Database, Durability, ReadableDatabase as _, TableDefinition};
use resilient_runtime::{Registry, resilient};
use tempfile::TempDir;

use super::Entry;
use crate::{
    harness::{Contender, Role, Scenario, Shuffler},
    work::{Client, Fault, reached, ready, runtime},
};

/// In order.
pub const ALL: &[Entry] = &[
    ("disk/get-1k", false, || get(1 << 10, 2_000)),
    ("disk/get-64k", false, || get(64 << 10, 200)),
    ("disk/put-1k", false, || put(1 << 10)),
    ("disk/put-64k", false, || put(64 << 10)),
];

// Without a memory tier, so that every answer comes from the disk.
#[resilient(service = "disk", cache(disk = "1h"))]
trait Stored {
    async fn answer(&self, number: u64, size: usize) -> Result<String, Fault>;
}

impl Stored for Client {
    async fn answer(&self, number: u64, size: usize) -> Result<String, Fault> {
        ready().await?;
        Ok(text(number, size))
    }
}

#[resilient(service = "disk_blocking", cache(disk = "1h"))]
trait StoredBlocking {
    fn answer(&self, number: u64, size: usize) -> Result<String, Fault>;
}

impl StoredBlocking for Client {
    fn answer(&self, number: u64, size: usize) -> Result<String, Fault> {
        crate::work::drive(ready())?;
        Ok(text(number, size))
    }
}

/// A text that says which it is.
fn text(number: u64, size: usize) -> String {
    let mut text = format!("{number:020}");
    text.extend(std::iter::repeat_n('x', size - text.len()));
    text
}

fn is_text(text: &str, number: u64, size: usize) -> bool {
    text.len() == size && text[..20].parse() == Ok(number)
}

const TABLE: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("answers");

/// Pages in memory, for those who have few: ours keeps up to 64 MiB by default, the store a gibibyte.
const FEW: u64 = 8 << 20;

/// The store alone.
fn bare(directory: &Path, name: &str, pages: Option<u64>) -> Database {
    let mut builder = redb::Builder::new();
    if let Some(pages) = pages {
        builder.set_cache_size(usize::try_from(pages).expect("few"));
    }
    let database = builder.create(directory.join(name)).expect("a directory of ours");
    write(&database, 0, b"", Durability::Immediate);
    database
}

fn write(database: &Database, number: u64, answer: &[u8], durability: Durability) {
    let mut transaction = database.begin_write().expect("a new file");
    transaction.set_durability(durability).expect("no savepoints");
    transaction.open_table(TABLE).expect("ours").insert(number, answer).expect("ours");
    transaction.commit().expect("ours");
}

fn read(database: &Database, number: u64) -> Option<String> {
    let table = database.begin_read().expect("ours").open_table(TABLE).expect("ours");
    let found = table.get(number).expect("ours")?;
    String::from_utf8(found.value().to_vec()).ok()
}

fn registry(directory: &Path) -> Registry {
    Registry::builder().cache_dir(directory.join("ours")).build().expect("a directory of ours")
}

/// Gets that never reach the operation, in an order that no processor guesses.
fn gets(
    role: Role,
    name: &str,
    (count, place): (u64, &Rc<TempDir>),
    mut get: impl FnMut(u64) -> bool + 'static,
) -> Contender {
    let place = Rc::clone(place);
    let mut order: Vec<u64> = (0..count).collect();
    Shuffler::new(11).shuffle(&mut order);
    let mut next = 0;
    Contender::new(role, name, crate::harness::Reaches::None, move |_| {
        // The directory lives as long as who uses it.
        let _ = &place;
        next = if next + 1 == order.len() { 0 } else { next + 1 };
        get(order[next])
    })
}

async fn flush(registries: &[Registry]) {
    for registry in registries {
        registry.flush().await;
    }
}

fn get(size: usize, count: u64) -> Scenario {
    let place = Rc::new(tempfile::tempdir().expect("a temporary directory"));
    // Each has a file of its own, as the bare stores do.
    let [registry, blocking_registry] =
        ["task", "thread"].map(|name| registry(&place.path().join(name)));
    let ours = ResilientStored::with_registry(Client, &registry);
    let blocking = ResilientStoredBlocking::with_registry(Client, &blocking_registry);
    let database = bare(place.path(), "bare", None);
    let few_bare = bare(place.path(), "few", Some(FEW));
    let few_registry =
        Registry::builder().cache_dir(place.path().join("few ours")).cache_dir_memory(FEW).build();
    let few_registry = few_registry.expect("a directory of ours");
    let few = ResilientStoredBlocking::with_registry(Client, &few_registry);
    let registries = [registry, blocking_registry, few_registry];
    runtime().block_on(async {
        for number in 0..count {
            assert!(is_text(&ours.answer(number, size).await.expect("no fault"), number, size));
            for blocking in [&blocking, &few] {
                assert!(is_text(&blocking.answer(number, size).expect("no fault"), number, size));
            }
            for database in [&database, &few_bare] {
                write(database, number, text(number, size).as_bytes(), Durability::None);
            }
            if number % 1000 == 999 {
                flush(&registries).await;
            }
        }
        flush(&registries).await;
    });
    write(&database, count, b"", Durability::Immediate);
    write(&few_bare, count, b"", Durability::Immediate);
    let keys = (count, &place);
    let contenders = vec![
        gets(Role::Ours, "ours, a task", keys, move |number| {
            // A task hands the read to a thread that may block, and waits.
            let answer = runtime().block_on(ours.answer(number, size));
            answer.is_ok_and(|answer| is_text(&answer, number, size))
        }),
        gets(Role::Ours, "ours, a thread", keys, move |number| {
            let answer = blocking.answer(number, size);
            answer.is_ok_and(|answer| is_text(&answer, number, size))
        }),
        gets(Role::Ours, "ours, a thread, 8 MiB of pages in memory", keys, move |number| {
            let answer = few.answer(number, size);
            answer.is_ok_and(|answer| is_text(&answer, number, size))
        }),
        gets(Role::Floor, "redb", keys, move |number| {
            read(&database, number).is_some_and(|answer| is_text(&answer, number, size))
        }),
        gets(Role::Peer, "redb, 8 MiB of pages in memory", keys, move |number| {
            read(&few_bare, number).is_some_and(|answer| is_text(&answer, number, size))
        }),
    ];
    Scenario::new(
        "An answer from disk, all of them in the system's page cache",
        contenders,
        Vec::new(),
    )
}

/// Puts of ever new keys. What waits in a queue is written before the clock starts again.
fn puts(
    role: Role,
    name: &str,
    place: &Rc<TempDir>,
    at_once: u64,
    mut put: impl FnMut(u64) + 'static,
    mut settle: impl FnMut() + 'static,
) -> Contender {
    let (place, next) = (Rc::clone(place), Cell::new(0));
    Contender::timed(role, name, move |calls| {
        let _ = &place;
        let mut took = Duration::ZERO;
        let mut left = calls;
        while left > 0 {
            let now = left.min(at_once);
            let started = Instant::now();
            for number in next.get()..next.get() + now {
                put(number);
            }
            took += started.elapsed();
            settle();
            next.set(next.get() + now);
            left -= now;
        }
        (took, Duration::ZERO)
    })
}

fn put(size: usize) -> Scenario {
    let place = Rc::new(tempfile::tempdir().expect("a temporary directory"));
    let registry = registry(place.path());
    let ours = ResilientStored::with_registry(Client, &registry);
    let blocking = ResilientStoredBlocking::with_registry(Client, &registry);
    let flushed = registry.clone();
    let database = Rc::new(bare(place.path(), "bare", None));
    // Far fewer than may wait in the queue.
    let at_once = 1_000;
    let bare = |first: u64, durability: fn() -> Durability| {
        let database = Rc::clone(&database);
        move |number| {
            let number = first + number;
            // As a cache does, which cannot know that it is not there.
            assert!(read(&database, number).is_none());
            write(&database, number, text(number, size).as_bytes(), durability());
        }
    };
    let contenders = vec![
        puts(
            Role::Ours,
            "ours, a task",
            &place,
            at_once,
            move |number| {
                let before = reached();
                let answer = runtime().block_on(ours.answer(number, size));
                assert!(answer.is_ok_and(|answer| is_text(&answer, number, size)));
                assert_eq!(reached() - before, 1, "an answer that was not there is loaded");
            },
            move || runtime().block_on(registry.flush()),
        ),
        puts(
            Role::Ours,
            "ours, a thread",
            &place,
            at_once,
            move |number| {
                let answer = blocking.answer(number, size);
                assert!(answer.is_ok_and(|answer| is_text(&answer, number, size)));
            },
            move || flushed.flush_blocking(),
        ),
        puts(
            Role::Floor,
            "redb, not synced",
            &place,
            at_once,
            bare(1 << 32, || Durability::None),
            || (),
        ),
        puts(
            Role::Peer,
            "redb, synced",
            &place,
            at_once,
            bare(1 << 33, || Durability::Immediate),
            || (),
        ),
    ];
    Scenario::new(
        "An answer is looked for, not found and put on disk: the caller's time",
        contenders,
        Vec::new(),
    )
}
