//! The file: opening it, reading it, and what happens when it is damaged or taken.

use std::{
    collections::HashMap,
    fmt, fs, io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition, TableError};

use super::{
    Address, Miss,
    backend::Backend,
    record::Record,
    writer::{Batch, Content, Purge, Queue, Write},
};
use crate::{events, events::Subject};

const TABLE: TableDefinition<'_, &[u8; 16], &[u8]> = TableDefinition::new("answers");
const FILE: &str = "answers.redb";
/// Where a damaged file is put aside, in case somebody wants to look at it.
const ASIDE: &str = "answers.redb.damaged";
/// Its presence says that the file turned out damaged while it was in use.
const MARK: &str = "answers.redb.is-damaged";
/// How long an open waits for the same directory to be closed by this process.
const CLOSING: Duration = Duration::from_secs(10);
/// Expired answers are swept out with the first one that is written, and after so many more.
const SWEEP_AFTER: usize = 1_000;
/// The store's own page cache: small, for what is read often is in the memory tier.
const PAGE_CACHE: usize = 8 << 20;

/// An open directory. The last handle that is dropped closes it, once everything in line is written.
pub(crate) struct Store {
    queue: Arc<Queue>,
    open: Arc<Open>,
}

/// Lets nobody wait for a thread that has ended, however it did.
struct EndOfQueue<'a>(&'a Queue);

impl Drop for EndOfQueue<'_> {
    fn drop(&mut self) {
        self.0.close();
        self.0.done(u64::MAX);
    }
}

/// The database, and the name under which this process has it open.
struct Open {
    database: Option<Database>,
    directory: PathBuf,
    /// After damage or an I/O error nothing more is asked of the database, and its file is cut off.
    broken: Arc<AtomicBool>,
    warned: AtomicBool,
}

/// The directories that this process has open. The database's own lock keeps other processes out, and would keep out
/// a second registry of our own as well.
static DIRECTORIES: Mutex<Option<HashMap<PathBuf, Weak<Store>>>> = Mutex::new(None);
static CLOSED: Condvar = Condvar::new();

/// Why a directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("`{}` is not a directory", .0.display())]
    NotADirectory(PathBuf),
    #[error("another process holds `{}`", .0.display())]
    Taken(PathBuf),
    #[error("`{}` cannot be used: {problem}", directory.display())]
    Unusable { directory: PathBuf, problem: String },
}

fn directories() -> MutexGuard<'static, Option<HashMap<PathBuf, Weak<Store>>>> {
    DIRECTORIES.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Store {
    /// Opens a directory, or shares it with whoever in this process has it open.
    pub(crate) fn open(directory: &Path) -> Result<Arc<Self>, OpenError> {
        let unusable = |error: &dyn fmt::Display| OpenError::Unusable {
            directory: directory.to_owned(),
            problem: error.to_string(),
        };
        if directory.exists() && !directory.is_dir() {
            return Err(OpenError::NotADirectory(directory.to_owned()));
        }
        make_directory(directory).map_err(|error| unusable(&error))?;
        let directory = directory.canonicalize().map_err(|error| unusable(&error))?;
        let mut open = directories();
        loop {
            match open.get_or_insert_default().get(&directory) {
                None => break,
                Some(store) => match store.upgrade() {
                    Some(store) => return Ok(store),
                    // Its last handle is gone and its thread is writing the rest.
                    None => {
                        let waited = CLOSED.wait_timeout(open, CLOSING);
                        let (guard, waited) = waited.unwrap_or_else(PoisonError::into_inner);
                        open = guard;
                        if waited.timed_out() {
                            return Err(unusable(&"it is still being closed"));
                        }
                    }
                },
            }
        }
        let (opened, warning) = open_or_replace(&directory);
        let store = opened.map(|opened| {
            let store = Arc::new(Self::start(opened, directory.clone()));
            open.get_or_insert_default().insert(directory, Arc::downgrade(&store));
            store
        });
        drop(open);
        if let Some(problem) = warning {
            tracing::warn!(target: events::TARGET, event = "cache", problem, "the cache on disk begins anew");
        }
        store
    }

    fn start(Opened { database, broken }: Opened, directory: PathBuf) -> Self {
        let warned = AtomicBool::new(false);
        let open = Arc::new(Open { database: Some(database), directory, broken, warned });
        let queue = Arc::new(Queue::default());
        let writer = {
            let (queue, open) = (Arc::clone(&queue), Arc::clone(&open));
            move || {
                let _end = EndOfQueue(&queue);
                let mut since_sweep = SWEEP_AFTER;
                while let Some((purges, batch, put)) = queue.take() {
                    since_sweep += batch.len();
                    let sweeps = since_sweep >= SWEEP_AFTER;
                    // The values that are dropped with the batch are the user's, and so are their panics.
                    let _ = catch_unwind(AssertUnwindSafe(|| {
                        open.purge(&purges);
                        open.write(&batch);
                        drop(batch);
                        if sweeps {
                            open.sweep();
                        }
                    }));
                    if sweeps {
                        since_sweep = 0;
                    }
                    queue.done(put);
                }
            }
        };
        if let Err(error) = thread::Builder::new().name("resilient-disk".to_owned()).spawn(writer) {
            tracing::warn!(target: events::TARGET, event = "cache", problem = %error, "no thread to write the cache with");
            queue.close();
        }
        Self { queue, open }
    }

    /// Puts a change in line. What it displaces is to be dropped once no lock is held.
    pub(super) fn put(&self, address: Address, key: Vec<u8>, write: Write) -> Option<Write> {
        if self.open.broken.load(Ordering::Relaxed) {
            return Some(write);
        }
        self.queue.put(address, key, write).unwrap_or_else(|write| {
            let service = write.subject.service.as_str();
            tracing::debug!(target: events::TARGET, event = "cache", service, "the disk is too slow: an answer is not kept");
            Some(write)
        })
    }

    /// Puts a purge in line. What it displaces is to be dropped once no lock is held.
    pub(super) fn purge(&self, purge: Purge) -> Vec<Write> {
        self.queue.purge(purge)
    }

    /// A change that is in line to be made.
    pub(super) fn waiting(&self, address: &Address, key: &[u8]) -> Option<Write> {
        self.queue.find(address, key)
    }

    /// Up to when loads for `key` must have begun that are about to be removed.
    pub(super) fn purged(&self, key: &[u8]) -> u64 {
        self.queue.purged(key)
    }

    /// Reads a record. Blocks.
    pub(super) fn read(&self, address: &Address) -> Result<Vec<u8>, Miss> {
        self.open.read(address)
    }

    /// Waits until everything that was put before is on disk.
    pub(crate) async fn flush(&self) {
        self.queue.flushed().await;
    }

    /// Whether the file was given up after an error.
    pub(crate) fn is_broken(&self) -> bool {
        self.open.broken.load(Ordering::Relaxed)
    }

    /// Tells of a damaged record, once for each store.
    pub(super) fn damage(&self, subject: &Subject, problem: &str) {
        if !self.open.warned.swap(true, Ordering::Relaxed) {
            subject.cache(&format_args!(
                "the cache on disk is damaged, and damaged answers are fetched anew: {problem}"
            ));
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("directory", &self.open.directory).finish_non_exhaustive()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // The thread writes what is in line and drops the database. Nobody waits for it here: this may be a runtime's
        // thread. Whoever opens the directory again waits.
        self.queue.close();
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        // Closing writes, and may panic where the file is damaged; whoever waits for the directory must go on.
        let database = self.database.take();
        let closed = catch_unwind(AssertUnwindSafe(|| drop(database)));
        if closed.is_err() {
            self.mark();
        }
        directories().get_or_insert_default().remove(&self.directory);
        CLOSED.notify_all();
    }
}

impl Open {
    /// Runs an operation on the database. A database that fails or panics is not asked again: what it did last is
    /// unknown, and a cache can do without.
    fn ask<T>(
        &self,
        operation: impl FnOnce(&Database) -> Result<T, redb::Error>,
    ) -> Result<T, String> {
        let Some(database) =
            self.database.as_ref().filter(|_| !self.broken.load(Ordering::Acquire))
        else {
            return Err("it was switched off after an error".to_owned());
        };
        let problem = match catch_unwind(AssertUnwindSafe(|| operation(database))) {
            Ok(Ok(result)) => return Ok(result),
            Ok(Err(redb::Error::Io(error))) => error.to_string(),
            Ok(Err(error)) => {
                self.mark();
                error.to_string()
            }
            Err(_) => {
                self.mark();
                "reading it made the store panic".to_owned()
            }
        };
        self.broken.store(true, Ordering::Release);
        if !self.warned.swap(true, Ordering::Relaxed) {
            let directory = self.directory.display();
            tracing::warn!(target: events::TARGET, event = "cache", %problem, %directory, "the cache on disk is switched off; memory goes on");
        }
        Err(problem)
    }

    /// Leaves word that the file is damaged, for the next process that opens it.
    fn mark(&self) {
        let _ = fs::write(self.directory.join(MARK), "");
    }

    fn read(&self, address: &Address) -> Result<Vec<u8>, Miss> {
        if self.broken.load(Ordering::Acquire) {
            return Err(Miss::Absent);
        }
        let found = self.ask(|database| {
            let table = match database.begin_read()?.open_table(TABLE) {
                Ok(table) => table,
                Err(TableError::TableDoesNotExist(_)) => return Ok(None),
                Err(error) => return Err(error.into()),
            };
            Ok(table.get(address)?.map(|record| record.value().to_vec()))
        });
        // An error was told of by `ask`.
        found.ok().flatten().ok_or(Miss::Absent)
    }

    fn write(&self, batch: &Batch) {
        if batch.is_empty() {
            return;
        }
        let records: Vec<_> = batch
            .iter()
            .filter_map(|(address, (key, write))| match record(key, write) {
                Ok(record) => Some((address, key, write.begun, record)),
                Err(problem) => {
                    write.counters.disk_errors.add();
                    write
                        .subject
                        .cache(&format_args!("an answer cannot be kept on disk: {problem}"));
                    None
                }
            })
            .collect();
        let written = self.ask(|database| {
            let mut transaction = database.begin_write()?;
            // Without it a process that was killed makes the next one read the whole file first.
            transaction.set_quick_repair(true);
            {
                let mut table = transaction.open_table(TABLE)?;
                for (address, key, begun, record) in &records {
                    // A load that began later may have been written by another decorator, or another process.
                    let newer = table.get(*address)?.is_some_and(|there| {
                        Record::decode(there.value())
                            .is_ok_and(|there| there.key.starts_with(key) && there.begun > *begun)
                    });
                    match record {
                        _ if newer => {}
                        Some(record) => drop(table.insert(*address, record.as_slice())?),
                        None => drop(table.remove(*address)?),
                    }
                }
            }
            transaction.commit()?;
            Ok(())
        });
        if written.is_err() {
            for (_, write) in batch.values() {
                write.counters.disk_errors.add();
            }
        }
    }

    /// Removes what was forgotten.
    fn purge(&self, purges: &[Purge]) {
        if purges.is_empty() {
            return;
        }
        let goes = |record: &[u8]| {
            Record::decode(record).is_ok_and(|record| {
                purges.iter().any(|purge| purge.takes(record.key, record.begun))
            })
        };
        let _ = self.ask(|database| {
            let mut transaction = database.begin_write()?;
            transaction.set_quick_repair(true);
            transaction.open_table(TABLE)?.retain(|_, record| !goes(record))?;
            transaction.commit()?;
            Ok(())
        });
    }

    /// Removes what may never be served again.
    fn sweep(&self) {
        let now = super::wall_now();
        let _ = self.ask(|database| {
            let mut transaction = database.begin_write()?;
            transaction.set_quick_repair(true);
            transaction.open_table(TABLE)?.retain(|_, record| !Record::is_over(record, now))?;
            transaction.commit()?;
            Ok(())
        });
    }
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

/// A database, and the switch that cuts off its file.
struct Opened {
    database: Database,
    broken: Arc<AtomicBool>,
}

/// Opens the database of a directory; one that is damaged or foreign is put aside, and a warning says so.
fn open_or_replace(directory: &Path) -> (Result<Opened, OpenError>, Option<String>) {
    let (path, mark) = (directory.join(FILE), directory.join(MARK));
    let problem = if mark.exists() {
        "it was damaged when it was last in use".to_owned()
    } else {
        match open_file(&path) {
            Ok(opened) => return (Ok(opened), None),
            Err(Refused::Damaged(problem)) => problem,
            Err(refused) => return (Err(refused.for_good(directory)), None),
        }
    };
    let aside = match fs::rename(&path, directory.join(ASIDE)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Refused::Io(error)),
        // A file that is gone needs no place aside.
        _ => Ok(()),
    };
    let _ = fs::remove_file(&mark);
    let opened =
        aside.and_then(|()| open_file(&path)).map_err(|refused| refused.for_good(directory));
    let warning =
        format!("`{}` was damaged or foreign, and was put aside: {problem}", path.display());
    (opened, Some(warning))
}

enum Refused {
    Taken,
    Io(io::Error),
    Damaged(String),
}

impl Refused {
    fn for_good(self, directory: &Path) -> OpenError {
        let directory = directory.to_owned();
        let problem = match self {
            Self::Taken => return OpenError::Taken(directory),
            Self::Io(error) => error.to_string(),
            Self::Damaged(problem) => problem,
        };
        OpenError::Unusable { directory, problem }
    }
}

fn open_file(path: &Path) -> Result<Opened, Refused> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(Refused::Io)?;
    // The store locks files that it opens itself, and not those behind a backend of ours.
    match file.try_lock() {
        Err(fs::TryLockError::WouldBlock) => return Err(Refused::Taken),
        // A file system without locks is no reason to do without a cache; a second process is then the user's care.
        Ok(()) | Err(fs::TryLockError::Error(_)) => {}
    }
    let broken = Arc::new(AtomicBool::new(false));
    let opened = catch_unwind(AssertUnwindSafe(|| {
        let backend = Backend::new(file, &broken)?;
        let mut database =
            redb::Builder::new().set_cache_size(PAGE_CACHE).create_with_backend(backend)?;
        // Once through the whole file: what is found damaged now cannot surprise a write later.
        database.check_integrity()?;
        Ok(database)
    }));
    let problem = match opened {
        Ok(Ok(database)) => return Ok(Opened { database, broken }),
        Ok(Err(redb::Error::DatabaseAlreadyOpen)) => return Err(Refused::Taken),
        // An unexpected end is a cut-off file; other I/O errors speak of the disk, not of the file.
        Ok(Err(redb::Error::Io(error)))
            if !matches!(
                error.kind(),
                io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData
            ) =>
        {
            return Err(Refused::Io(error));
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => "opening it made the store panic".to_owned(),
    };
    broken.store(true, Ordering::Release);
    Err(Refused::Damaged(problem))
}

/// Makes the directory, readable by its owner alone; one that exists is left as it is.
fn make_directory(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}
