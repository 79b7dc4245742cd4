//! The answers of a directory: reading, writing and removing them, and what happens when that fails.

use std::{
    fmt::Display,
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use redb::{ReadableTable, ReadableTableMetadata};

use super::{
    Address, Miss,
    books::Books,
    directories, file,
    opened::Opened,
    record::Record,
    room::{self, Room},
    seal::Seal,
    table::{self, Census, Found},
    writer::{Batch, Content, Purge, Write},
};
use crate::events::{self, Subject};

/// A database, and the name under which this process has it open.
#[derive(Debug)]
pub(super) struct Answers {
    directory: PathBuf,
    /// Replaced as a whole when its file takes too much room; taken out when it is closed.
    opened: RwLock<Option<Opened>>,
    /// After damage or an I/O error nothing more is asked of the database, and its file is cut off.
    broken: AtomicBool,
    warned: AtomicBool,
    /// When the latest answer was stored: the clock of those who put answers, which the writing thread does not have.
    latest: AtomicU64,
    pub(super) room: Room,
    /// How many bytes of pages the database may keep in memory.
    memory: u64,
    pub(super) books: Books,
}

/// A change, and what is to be there, if anything.
struct Step<'b> {
    address: &'b Address,
    key: &'b [u8],
    write: &'b Write,
    record: Option<Vec<u8>>,
}

impl Answers {
    pub(super) fn new(opened: Opened, directory: PathBuf, limit: u64, memory: u64) -> Self {
        let answers = Self {
            directory,
            opened: RwLock::new(Some(opened)),
            broken: AtomicBool::new(false),
            warned: AtomicBool::new(false),
            latest: AtomicU64::new(0),
            room: Room::new(limit),
            memory,
            books: Books::default(),
        };
        let _ = answers.ask(|opened| answers.count(opened));
        answers
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Whether the file was given up after an error.
    pub(super) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Acquire)
    }

    /// Whether it is the first time that something is told of.
    pub(super) fn warns(&self) -> bool {
        !self.warned.swap(true, Ordering::Relaxed)
    }

    /// Runs an operation on the database. A database that fails or panics is not asked again: what it did last is
    /// unknown, and a cache can do without.
    fn ask<T>(
        &self,
        operation: impl FnOnce(&Opened) -> Result<T, redb::Error>,
    ) -> Result<T, String> {
        let guard = self.opened.read().unwrap_or_else(PoisonError::into_inner);
        let Some(opened) = guard.as_ref().filter(|_| !self.is_broken()) else {
            return Err("it is switched off".to_owned());
        };
        let (problem, damaged) = match catch_unwind(AssertUnwindSafe(|| operation(opened))) {
            Ok(Ok(result)) => return Ok(result),
            // Its own, or one that somebody else has just met.
            Ok(Err(error @ (redb::Error::Io(_) | redb::Error::PreviousIo))) => {
                (error.to_string(), false)
            }
            Ok(Err(error)) => (error.to_string(), true),
            Err(_) => ("reading it made the store panic".to_owned(), true),
        };
        if damaged {
            file::mark(&self.directory);
        }
        opened.control.cut_off();
        drop(guard);
        self.switch_off(&problem);
        Err(problem)
    }

    fn switch_off(&self, problem: &dyn Display) {
        self.broken.store(true, Ordering::Release);
        self.books.error();
        if self.warns() {
            let directory = self.directory.display();
            tracing::warn!(target: events::TARGET, event = "cache", %problem, %directory, "the cache on disk is switched off; memory goes on");
        }
    }

    /// Closes the file; whoever asks for something afterwards finds nothing.
    pub(super) fn close(&self) {
        let opened = self.opened.write().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Opened { reader, database, file, .. }) = opened else { return };
        // Closing writes, and may panic where the file is damaged; whoever waits for the directory must go on.
        let closed = catch_unwind(AssertUnwindSafe(|| drop((reader, database))));
        if closed.is_err() {
            file::mark(&self.directory);
        } else if !self.is_broken() {
            // Without a seal the next one who opens it checks it.
            let _ = seal(&file, &self.directory);
        }
        // The lock goes last, so that nobody writes before the seal is there. It goes although somebody may still look
        // at what he found, and so have a share in the file.
        let _ = file.unlock();
        drop(file);
        directories::leave(&self.directory);
    }

    /// To be called when a file was opened, and after each change.
    fn count(&self, opened: &Opened) -> Result<(), redb::Error> {
        let entries = opened.renew()?.map_or(Ok(0), |table| table.len())?;
        self.books.holds(entries, room::taken(&opened.file)?);
        Ok(())
    }

    pub(super) fn read(&self, address: &Address) -> Result<Found, Miss> {
        if self.is_broken() {
            return Err(Miss::Absent);
        }
        let found = self.ask(|opened| {
            let Some(reader) = opened.reader()? else { return Ok(None) };
            let found = reader.get_owned(address)?;
            // A page that is damaged may claim more than it has: that panics here, where it is expected.
            let _ = found.as_ref().map(Found::value);
            Ok(found)
        });
        // An error was told of by `ask`.
        found.ok().flatten().ok_or(Miss::Absent)
    }

    pub(super) fn write(&self, batch: &Batch) {
        let (mut step, mut written) = (Vec::new(), 0);
        for (address, (key, write)) in batch {
            if let Content::Answer { stored_at, .. } = &write.content {
                self.latest.fetch_max(*stored_at, Ordering::Relaxed);
            }
            let mut record = match record(key, write) {
                Ok(record) => record,
                Err(problem) => {
                    self.books.not_kept();
                    write.counters.disk_errors.add();
                    write
                        .subject
                        .cache(&format_args!("an answer cannot be kept on disk: {problem}"));
                    None
                }
            };
            let mut length = record.as_ref().map_or(0, Vec::len);
            if length as u64 > self.room.largest() {
                self.not_kept(&write.subject, "an answer is too large for the limit of the disk");
                (record, length) = (None, 0);
            }
            // Without a record, too, it takes the place of what is there, which is older or was forgotten.
            if written + room::written(length) > self.room.step() && !step.is_empty() {
                self.put(&step);
                step.clear();
                written = 0;
            }
            written += room::written(length);
            step.push(Step { address, key, write, record });
        }
        if !step.is_empty() {
            self.put(&step);
        }
    }

    pub(super) fn not_kept(&self, subject: &Subject, why: &str) {
        self.books.not_kept();
        let (service, method) = (subject.service.as_str(), subject.method.as_str());
        tracing::debug!(target: events::TARGET, event = "cache", service, method, problem = why, "an answer is not kept on disk");
    }

    fn put(&self, step: &[Step<'_>]) {
        let put = self.ask(|opened| {
            opened.change(|table| {
                for Step { address, key, write, record } in step {
                    // A load that began later may have been written by another decorator, or another process.
                    let newer = table.get(*address)?.is_some_and(|there| {
                        Record::decode(there.value()).is_ok_and(|there| {
                            there.key.starts_with(key) && there.begun > write.begun
                        })
                    });
                    match record {
                        _ if newer => {}
                        Some(record) => drop(table.insert(*address, record.as_slice())?),
                        None => drop(table.remove(*address)?),
                    }
                }
                Ok(())
            })?;
            self.count(opened)
        });
        if put.is_err() {
            for Step { write, .. } in step.iter().filter(|step| step.record.is_some()) {
                write.counters.disk_errors.add();
            }
        }
        self.make_room();
    }

    fn census(&self) -> Result<Census, String> {
        let now = super::wall_now().max(self.latest.load(Ordering::Relaxed));
        self.ask(|opened| table::census(&opened.database, now))
    }

    /// Removes what may never be served again.
    pub(super) fn sweep(&self) {
        if let Ok(Census { over, .. }) = self.census() {
            self.remove(&over);
        }
    }

    /// Removes what was forgotten.
    pub(super) fn purge(&self, purges: &[Purge]) {
        if purges.is_empty() {
            return;
        }
        let goes = |record: &[u8]| {
            Record::decode(record).is_ok_and(|record| {
                purges.iter().any(|purge| purge.takes(record.key, record.begun))
            })
        };
        if let Ok(forgotten) = self.ask(|opened| table::addresses(&opened.database, goes)) {
            self.remove(&forgotten);
        }
    }

    fn remove(&self, addresses: &[Address]) {
        let step = usize::try_from(self.room.step() / room::REMOVED).unwrap_or(usize::MAX);
        for step in addresses.chunks(step) {
            let _ = self.ask(|opened| {
                opened.change(|table| {
                    for address in step {
                        table.remove(address)?;
                    }
                    Ok(())
                })?;
                self.count(opened)
            });
            self.make_room();
        }
    }

    /// Replaces a file that takes too much, by one with the newest of its answers.
    pub(super) fn make_room(&self) {
        if self.is_broken() || self.books.bytes() <= self.room.full() {
            return;
        }
        let Ok(mut census) = self.census() else { return };
        census.alive.sort_unstable_by_key(|alive| std::cmp::Reverse(alive.stored_at));
        let mut left = self.room.kept();
        let fitting = census.alive.iter().take_while(|alive| {
            let fits = alive.at_rest <= left;
            left = left.saturating_sub(alive.at_rest);
            fits
        });
        let mut kept: Vec<Address> = fitting.map(|alive| alive.address).collect();
        drop(census);
        // In the order in which they lie, pages are read and written once.
        kept.sort_unstable();
        if let Err(problem) = self.replace(&kept) {
            file::forget_next(&self.directory);
            if self.is_broken() {
                return;
            }
            if let Some(opened) = &*self.opened.read().unwrap_or_else(PoisonError::into_inner) {
                opened.control.cut_off();
            }
            self.switch_off(&format_args!("it cannot be kept below its limit: {problem}"));
        }
    }

    fn replace(&self, kept: &[Address]) -> Result<(), String> {
        let mut next =
            file::open_next(&self.directory, self.memory).map_err(|refused| refused.to_string())?;
        self.ask(|opened| {
            // What goes wrong with the new file says nothing of the old one.
            Ok(table::copy(&opened.database, &mut next.database, kept)
                .map_err(|error| error.to_string()))
        })??;
        self.count(&next).map_err(|error| error.to_string())?;
        // Whoever reads goes on with the old file, which has lost its name, until the new one is there in one step.
        file::replace(&self.directory).map_err(|error| error.to_string())?;
        let old = self.opened.write().unwrap_or_else(PoisonError::into_inner).replace(next);
        let _ = catch_unwind(AssertUnwindSafe(|| {
            if let Some(old) = old {
                old.control.cut_off();
            }
        }));
        Ok(())
    }
}

impl Drop for Answers {
    fn drop(&mut self) {
        self.close();
    }
}

fn seal(file: &File, directory: &Path) -> std::io::Result<()> {
    // A seal must not be there before what it speaks of.
    file.sync_all()?;
    Seal::of(file)?.write(directory)
}

/// What to write; `None` where there is to be nothing.
fn record(key: &[u8], write: &Write) -> Result<Option<Vec<u8>>, String> {
    let Content::Answer { value, encode, stored_at, lifetime } = &write.content else {
        return Ok(None);
    };
    // Serde code of the user's runs here.
    let value = catch_unwind(AssertUnwindSafe(|| encode(value)))
        .map_err(|_| "serializing it panicked".to_owned())?
        .map_err(|error| error.to_string())?;
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let (ttl, stale) = (millis(lifetime.ttl), millis(lifetime.stale));
    Record { begun: write.begun, stored_at: *stored_at, ttl, stale, key, value: &value }
        .encode()
        .map(Some)
        .map_err(|error| error.to_string())
}
