//! What a power cut, a full disk and damage may do to a file, below the function that opens it: in memory, so that
//! every place and every moment has its turn.

use std::{
    io,
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

use rand::RngExt;
use redb::{ReadableDatabase, StorageBackend};

use super::{
    answers::Answers,
    backend::Control,
    file::{self, Refused},
    memory::{Bytes, Memory, Step, lock},
    opened::Opened,
    record::Record,
    room,
    table::TABLE,
    writer::{Batch, Write},
    *,
};
use crate::rng::Seeds;

/// How many bytes of pages a store may keep.
const MEMORY: u64 = 8 << 20;

/// A directory whose file is in memory. A file on disk stands by for its length and its lock.
fn answers(
    database: redb::Database,
    control: Arc<Control>,
    directory: &std::path::Path,
) -> Answers {
    let file = tempfile::tempfile().expect("a file");
    Answers::new(Opened::new(database, control, file), directory.to_owned(), room::DEFAULT, MEMORY)
}

fn open(bytes: Vec<u8>, room: usize) -> (Result<(redb::Database, Arc<Control>), Refused>, Bytes) {
    let control = Arc::new(Control::suspicious(bytes.len() as u64));
    let (memory, bytes) = Memory::new(bytes, room);
    (file::attempt(memory, false, &control, MEMORY).map(|database| (database, control)), bytes)
}

fn key(number: u64) -> Vec<u8> {
    format!("key {number}").into_bytes()
}

fn value(number: u64) -> Vec<u8> {
    rmp_serde::to_vec_named(&"x".repeat(20 + usize::try_from(number).expect("small")))
        .expect("writable")
}

fn batch(numbers: std::ops::Range<u64>) -> Batch {
    let write = |number| Write {
        content: Content::Answer {
            value: Arc::new(number),
            encode: |number| Ok(value(*number.downcast_ref::<u64>().expect("a number"))),
            stored_at: wall_now(),
            lifetime: Lifetime { ttl: Duration::from_secs(3_600), stale: Duration::ZERO },
        },
        begun: number,
        subject: Subject { service: "proofs".into(), method: "get".into() },
        counters: Arc::default(),
    };
    numbers.map(|number| (address(&key(number)), (key(number), write(number)))).collect()
}

/// Which of the answers are there. What is there is right.
fn found(answers: &Answers, numbers: std::ops::Range<u64>) -> Vec<u64> {
    let right = |number: &u64| {
        let Ok(found) = answers.read(&address(&key(*number))) else { return false };
        let Ok(record) = Record::decode(found.value()) else { return false };
        assert_eq!((record.key, record.value), (&*key(*number), &*value(*number)));
        true
    };
    numbers.filter(right).collect()
}

/// The bytes of a small file that was closed.
fn small(directory: &std::path::Path, count: u64) -> Vec<u8> {
    let (opened, bytes) = open(Vec::new(), usize::MAX);
    let (database, control) = opened.expect("new");
    let answers = answers(database, control, directory);
    answers.write(&batch(0..count));
    drop(answers);
    let (opened, bytes) = open(lock(&bytes).clone(), usize::MAX);
    let (mut database, _) = opened.expect("just written");
    database.compact().expect("nobody reads it");
    drop(database);
    lock(&bytes).clone()
}

#[test]
fn a_file_cut_off_at_any_byte_is_damaged_or_right() {
    let directory = tempfile::tempdir().expect("a directory");
    let whole = small(directory.path(), 3);
    let mut opened = 0;
    for length in 0..=whole.len() {
        match open(whole[..length].to_vec(), usize::MAX).0 {
            Ok((database, control)) => {
                opened += 1;
                let found = found(&answers(database, control, directory.path()), 0..3);
                assert!(length != whole.len() || found == [0, 1, 2], "{found:?}");
            }
            Err(Refused::Damaged(_)) => assert_ne!(length, whole.len()),
            Err(refused) => panic!("cut off at {length}: {refused}"),
        }
    }
    // Nothing at all is a new file.
    assert!(opened >= 2, "{opened} of {}", whole.len());
}

#[test]
fn a_power_cut_at_any_moment_loses_nothing_that_was_committed() {
    let directory = tempfile::tempdir().expect("a directory");
    let (memory, _) = Memory::new(Vec::new(), usize::MAX);
    let log = Arc::clone(&memory.log);
    let control = Arc::new(Control::suspicious(0));
    let database = file::attempt(memory, false, &control, MEMORY).expect("new");
    let writer = answers(database, control, directory.path());
    // Up to which step of the log how many answers had been committed.
    let mut commits = vec![(lock(&log).len(), 0)];
    for step in 0..12 {
        writer.write(&batch(step * 5..step * 5 + 5));
        commits.push((lock(&log).len(), step * 5 + 5));
    }
    drop(writer);
    let log = lock(&log).clone();
    for cut in commits[0].0..=log.len() {
        let synced = log[..cut].iter().rposition(|step| matches!(step, Step::Sync)).unwrap_or(0);
        let committed =
            commits.iter().rev().find(|(step, _)| *step <= cut).map_or(0, |(_, count)| *count);
        // What was not synced is there or not, in no order.
        for chances in [0, 50, 100] {
            let mut rng = Seeds::new(cut as u64).next();
            let mut bytes = Vec::new();
            for (number, step) in log[..cut].iter().enumerate() {
                if number < synced || rng.random_range(0..100) < chances {
                    step.apply(&mut bytes);
                }
            }
            let (opened, _) = open(bytes, usize::MAX);
            let (database, control) =
                opened.unwrap_or_else(|refused| panic!("cut at {cut}, {chances} %: {refused}"));
            let answers = answers(database, control, directory.path());
            let found = found(&answers, 0..60);
            assert!(
                (0..committed).all(|number| found.contains(&number)),
                "cut at {cut}: {found:?}"
            );
        }
    }
}

#[test]
fn a_full_disk_takes_no_answer_that_was_committed() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut rooms = 0;
    for room in (40_000..).step_by(9_001) {
        let (opened, bytes) = open(Vec::new(), room);
        let Ok((database, control)) = opened else { continue };
        let answers = answers(database, control, directory.path());
        let mut committed = 0;
        for step in 0..8 {
            answers.write(&batch(step * 10..step * 10 + 10));
            if answers.is_broken() {
                break;
            }
            committed = step * 10 + 10;
        }
        let broken = answers.is_broken();
        assert_eq!(answers.books.snapshot(0).errors, u64::from(broken));
        drop(answers);
        assert!(!directory.path().join("answers.redb.is-damaged").exists(), "full is not damaged");
        // There is room again.
        let after = lock(&bytes).clone();
        let (database, control) = open(after, usize::MAX).0.expect("full is not damaged");
        let answers = self::answers(database, control, directory.path());
        assert!(found(&answers, 0..80).len() as u64 >= committed, "{room}: {committed}");
        answers.write(&batch(100..110));
        assert_eq!(found(&answers, 100..110).len(), 10);
        rooms += 1;
        if !broken {
            break;
        }
    }
    assert!(rooms > 10, "{rooms}");
}

#[test]
fn who_comes_upon_the_error_of_somebody_else_does_not_call_it_damage() {
    let directory = tempfile::tempdir().expect("a directory");
    let (database, control) = open(Vec::new(), usize::MAX).0.expect("an empty file");
    control.cut_off();
    let write = || -> Result<(), redb::Error> {
        let transaction = database.begin_write()?;
        transaction.open_table(TABLE)?.insert(&[0; 16], &*vec![0; 100_000])?;
        Ok(transaction.commit()?)
    };
    assert!(matches!(write(), Err(redb::Error::Io(_))));
    assert!(matches!(write(), Err(redb::Error::PreviousIo)));
    let answers = answers(database, control, directory.path());
    answers.write(&batch(0..1));
    assert!(answers.is_broken());
    drop(answers);
    assert!(!directory.path().join("answers.redb.is-damaged").exists(), "its disk failed");
}

#[test]
fn what_is_overwritten_at_random_is_never_served() {
    let directory = tempfile::tempdir().expect("a directory");
    let whole = small(directory.path(), 40);
    let used: Vec<usize> = (0..whole.len())
        .filter(|&at| whole[at / 64 * 64..][..64].iter().any(|byte| *byte != 0))
        .collect();
    for round in 0..100 {
        let mut rng = Seeds::new(round).next();
        let mut below = |most: usize| rng.random_range(0..most);
        let mut bytes = whole.clone();
        for _ in 0..=below(60) {
            bytes[used[below(used.len())]] = u8::try_from(below(256)).expect("a byte");
        }
        let (opened, left) = open(bytes, usize::MAX);
        let Ok((database, control)) = opened else { continue };
        let answers = answers(database, control, directory.path());
        found(&answers, 0..40);
        answers.write(&batch(40..60));
        found(&answers, 0..60);
        answers.sweep();
        assert!(!answers.is_broken(), "round {round}: what was checked surprises nobody");
        drop(answers);
        let again = lock(&left).clone();
        assert!(open(again, usize::MAX).0.is_ok(), "round {round}");
    }
}

#[test]
fn a_sealed_file_is_not_checked_again() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut bytes = small(directory.path(), 40);
    let value = b"xxxxxxxxxxxxxxxxxxxxxxxxx";
    let at = bytes.windows(value.len()).position(|window| window == value).expect("there");
    // Into a letter that MessagePack reads as well.
    bytes[at] ^= 1;
    assert!(matches!(open(bytes.clone(), usize::MAX).0, Err(Refused::Damaged(_))));
    let control = Arc::new(Control::suspicious(0));
    let opened = file::attempt(Memory::new(bytes, usize::MAX).0, true, &control, MEMORY);
    assert!(opened.is_ok(), "whoever made the seal saw this byte");
    let database = opened.expect("checked");
    assert!(database.begin_read().expect("readable").open_table(TABLE).is_ok());
}

/// A disk that does not answer until it is told to.
#[derive(Debug)]
struct Stuck(Arc<(Mutex<bool>, Condvar)>);

impl StorageBackend for Stuck {
    fn len(&self) -> io::Result<u64> {
        let mut stuck = lock(&self.0.0);
        while *stuck {
            stuck = self.0.1.wait(stuck).unwrap_or_else(PoisonError::into_inner);
        }
        Ok(0)
    }

    fn read(&self, _: u64, _: &mut [u8]) -> io::Result<()> {
        Err(io::Error::other("let go"))
    }

    fn set_len(&self, _: u64) -> io::Result<()> {
        panic!("it was given up, and must not be written");
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, _: u64, _: &[u8]) -> io::Result<()> {
        panic!("it was given up, and must not be written");
    }
}

#[test]
fn a_check_without_end_is_given_up() {
    let lever = Arc::new((Mutex::new(true), Condvar::new()));
    let control = Arc::new(Control::suspicious(0));
    let refused =
        file::checked(Stuck(Arc::clone(&lever)), &control, Duration::from_millis(1), MEMORY);
    assert!(
        matches!(refused, Err(Refused::Damaged(problem)) if problem.contains("could not be checked"))
    );
    assert!(control.is_cut_off());
    *lock(&lever.0) = false;
    lever.1.notify_all();
}

#[test]
fn a_check_that_reads_in_circles_is_given_up() {
    let directory = tempfile::tempdir().expect("a directory");
    let (memory, _) = Memory::new(small(directory.path(), 40), usize::MAX);
    let control = Arc::new(Control::suspicious(0));
    let backend = backend::Backend::new(memory, &control);
    let mut page = [0; 4096];
    let reads = (0..10_000).take_while(|_| backend.read(0, &mut page).is_ok()).count();
    assert_eq!(reads, 256, "a mebibyte");
    control.trust();
    assert!(backend.read(0, &mut page).is_ok());
}
