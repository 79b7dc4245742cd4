//! An open directory: the answers in it, and the thread that writes them.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use super::{
    Address, Miss,
    answers::Answers,
    directories::{self, Entered},
    file::{self, OpenError},
    opened::Opened,
    table::Found,
    writer::{InLine, Purge, Queue, Write},
};
use crate::{DiskSnapshot, events, events::Subject};

/// Expired answers are swept out with the first one that is written, and after so many more, or a quarter of all.
const SWEEP_AFTER: u64 = 1_000;

/// An open directory. The last handle that is dropped closes it, once everything in line is written.
pub(crate) struct Store {
    queue: Arc<Queue>,
    answers: Arc<Answers>,
}

/// Lets nobody wait for a thread that has ended, however it did.
struct EndOfQueue<'a>(&'a Queue);

impl Drop for EndOfQueue<'_> {
    fn drop(&mut self) {
        self.0.close();
        self.0.done(u64::MAX);
    }
}

impl Store {
    /// Opens a directory, or shares it with whoever in this process has it open. Of their limits the smaller one
    /// holds, and of what may be in memory the first one.
    pub(crate) fn open(directory: &Path, limit: u64, memory: u64) -> Result<Arc<Self>, OpenError> {
        if directory.exists() && !directory.is_dir() {
            return Err(OpenError::NotADirectory(directory.to_owned()));
        }
        file::make_directory(directory).map_err(|error| OpenError::unusable(directory, error))?;
        let directory =
            directory.canonicalize().map_err(|error| OpenError::unusable(directory, error))?;
        let opening = match directories::enter(&directory)? {
            Entered::Open(store) => {
                store.answers.room.at_most(limit);
                return Ok(store);
            }
            Entered::Ours(opening) => opening,
        };
        let (opened, warning) = file::open_or_replace(&directory, memory);
        let store = opened.map(|opened| Arc::new(Self::start(opened, directory, limit, memory)));
        match &store {
            Ok(store) => opening.done(store),
            Err(_) => drop(opening),
        }
        if let Some(problem) = warning {
            tracing::warn!(target: events::TARGET, event = "cache", problem, "the cache on disk begins anew");
        }
        store
    }

    fn start(opened: Opened, directory: PathBuf, limit: u64, memory: u64) -> Self {
        let answers = Arc::new(Answers::new(opened, directory, limit, memory));
        let queue = Arc::new(Queue::default());
        let writer = {
            let (queue, answers) = (Arc::clone(&queue), Arc::clone(&answers));
            move || write(&queue, &answers)
        };
        if let Err(error) = thread::Builder::new().name("resilient-disk".to_owned()).spawn(writer) {
            tracing::warn!(target: events::TARGET, event = "cache", problem = %error, "no thread to write the cache with");
            queue.close();
            queue.done(u64::MAX);
        }
        Self { queue, answers }
    }

    /// Puts a change in line. What it displaces is to be dropped once no lock is held.
    pub(super) fn put(&self, address: Address, key: Vec<u8>, write: Write) -> Option<Write> {
        if self.problem().is_some() {
            return Some(write);
        }
        self.queue.put(address, key, write).unwrap_or_else(|write| {
            self.answers.not_kept(&write.subject, "the disk is too slow");
            Some(write)
        })
    }

    /// Puts a purge in line. What it displaces is to be dropped once no lock is held.
    pub(super) fn purge(&self, purge: Purge) -> Vec<Write> {
        self.queue.purge(purge)
    }

    /// What is in line to be made of the answer for `key`; `None` where nothing is read and written any more.
    pub(super) fn in_line(&self, address: &Address, key: &[u8]) -> Option<InLine> {
        if self.answers.is_broken() { None } else { self.queue.find(address, key) }
    }

    /// Reads a record. Blocks.
    pub(super) fn read(&self, address: &Address) -> Result<Found, Miss> {
        self.answers.read(address)
    }

    /// Waits until everything that was put before is on disk.
    pub(crate) async fn flush(&self) {
        self.queue.flushed().await;
    }

    /// Writes what is in line and closes the file, whoever else still has a handle.
    pub(crate) async fn close(&self) {
        self.queue.close();
        self.queue.ended().await;
    }

    /// Whether it was told to close. Its thread lets the directory go once it has.
    pub(super) fn is_closing(&self) -> bool {
        self.queue.is_closed()
    }

    /// Why nothing is read and written any more.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        if self.answers.is_broken() {
            Some("it was switched off after an error")
        } else if self.queue.is_closed() {
            Some("it was closed")
        } else {
            None
        }
    }

    pub(crate) fn snapshot(&self) -> DiskSnapshot {
        self.answers.books.snapshot(self.answers.room.limit())
    }

    /// Tells of a damaged record, once for each store.
    pub(super) fn damage(&self, subject: &Subject, problem: &str) {
        self.answers.books.error();
        if self.answers.warns() {
            subject.cache(&format_args!(
                "the cache on disk is damaged, and damaged answers are fetched anew: {problem}"
            ));
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("directory", &self.answers.directory())
            .finish_non_exhaustive()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // The thread writes what is in line and closes the file. Nobody waits for it here: this may be a runtime's
        // thread. Whoever opens the directory again waits.
        self.queue.close();
    }
}

fn write(queue: &Queue, answers: &Answers) {
    let _end = EndOfQueue(queue);
    // Its limit may be lower than when it was last in use.
    answers.make_room();
    let mut until_sweep = 0;
    while let Some((purges, batch, put)) = queue.take() {
        let answered = batch.len() as u64;
        let _ = catch_unwind(AssertUnwindSafe(|| {
            answers.purge(&purges);
            answers.write(&batch);
        }));
        // The queue is to have the last handles, and drops the values.
        drop((purges, batch));
        if answered > until_sweep {
            answers.sweep();
            until_sweep = SWEEP_AFTER.max(answers.books.entries() / 4);
        } else {
            until_sweep -= answered;
        }
        queue.done(put);
    }
    answers.close();
}
