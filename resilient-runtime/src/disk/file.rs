//! Opening the file of a directory: is it sealed, is it sound, and what happens to one that is not.

use std::{
    fs::{self, File, TryLockError},
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use redb::{Database, StorageBackend, backends::FileBackend};

use super::{
    backend::{Backend, Control},
    opened::Opened,
    seal::{self, Seal},
};

const FILE: &str = "answers.redb";
/// What is to replace the file; one that is left over was not finished.
const NEXT: &str = "answers.redb.next";
/// Where a damaged file is put aside, in case somebody wants to look at it.
const ASIDE: &str = "answers.redb.damaged";
/// Its presence says that the file turned out damaged while it was in use.
const MARK: &str = "answers.redb.is-damaged";
/// How many bytes of pages the store may keep in memory, where nothing else is said. A page that it has to read takes as
/// long as everything else about a large answer.
pub(crate) const DEFAULT_MEMORY: u64 = 64 << 20;
/// How many times a lock is tried again, 10 ms apart.
const ACCIDENT: u32 = 20;
/// How long a file may be checked: so long, and a second more for each so many bytes.
const PATIENCE: Duration = Duration::from_secs(5);
const BYTES_A_SECOND: u64 = 32 << 20;

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

impl OpenError {
    pub(super) fn unusable(directory: &Path, problem: impl ToString) -> Self {
        Self::Unusable { directory: directory.to_owned(), problem: problem.to_string() }
    }
}

/// Why a file was not opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error("another process holds it")]
    Taken,
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("{0}")]
    Damaged(String),
}

impl Refused {
    fn for_good(self, directory: &Path) -> OpenError {
        match self {
            Self::Taken => OpenError::Taken(directory.to_owned()),
            Self::Io(_) | Self::Damaged(_) => OpenError::unusable(directory, self),
        }
    }
}

/// Opens the database of a directory; one that is damaged or foreign is put aside, and a warning says so.
pub(super) fn open_or_replace(
    directory: &Path,
    memory: u64,
) -> (Result<Opened, OpenError>, Option<String>) {
    let (path, mark) = (directory.join(FILE), directory.join(MARK));
    let problem = if mark.exists() {
        "it was damaged when it was last in use".to_owned()
    } else {
        match open(directory, memory) {
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
        aside.and_then(|()| open(directory, memory)).map_err(|refused| refused.for_good(directory));
    let warning =
        format!("`{}` was damaged or foreign, and was put aside: {problem}", path.display());
    (opened, Some(warning))
}

/// The file that is to replace the one of a directory.
pub(super) fn open_next(directory: &Path, memory: u64) -> Result<Opened, Refused> {
    let path = directory.join(NEXT);
    let _ = fs::remove_file(&path);
    let file = create(&path)?;
    lock(&file)?;
    let storage = storage(&file)?;
    let control = Arc::new(Control::suspicious(0));
    let database = attempt(storage, true, &control, memory)?;
    Ok(Opened::new(database, control, file))
}

/// Puts [the next file](open_next) in the place of the one of its directory. Both locks are held.
pub(super) fn replace(directory: &Path) -> io::Result<()> {
    fs::rename(directory.join(NEXT), directory.join(FILE))?;
    seal::sync(directory)
}

pub(super) fn forget_next(directory: &Path) {
    let _ = fs::remove_file(directory.join(NEXT));
}

/// Whether a path leads to the file that was opened under it.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let (opened, there) = (file.metadata()?, fs::metadata(path)?);
        Ok((opened.dev(), opened.ino()) == (there.dev(), there.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        Ok(true)
    }
}

fn storage(file: &File) -> io::Result<FileBackend> {
    FileBackend::new(file.try_clone()?).map_err(io::Error::other)
}

/// Leaves word that the file is damaged, for the next process that opens it.
pub(super) fn mark(directory: &Path) {
    let _ = create(&directory.join(MARK));
}

fn open(directory: &Path, memory: u64) -> Result<Opened, Refused> {
    let path = directory.join(FILE);
    let file = create(&path)?;
    lock(&file)?;
    if !is_at(&file, &path)? {
        // It was replaced between our opening it and our locking it, so somebody has the new one.
        return Err(Refused::Taken);
    }
    let _ = fs::remove_file(directory.join(NEXT));
    let seal = Seal::take(directory)?;
    let length = file.metadata()?.len();
    let trusted = match seal {
        Some(seal) if length > 0 && !seal.fits(&file)? => {
            return Err(Refused::Damaged("it was changed after it was closed".to_owned()));
        }
        seal => seal.is_some(),
    };
    let storage = storage(&file)?;
    let control = Arc::new(Control::suspicious(length));
    let database = if trusted {
        attempt(storage, true, &control, memory)?
    } else {
        let patience = PATIENCE + Duration::from_secs(length / BYTES_A_SECOND);
        checked(storage, &control, patience, memory)?
    };
    Ok(Opened::new(database, control, file))
}

/// Makes a file that only its owner may read, or opens the one that is there.
pub(super) fn create(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The store locks files that it opens itself, and not those behind a backend of ours.
pub(super) fn lock(file: &File) -> Result<(), Refused> {
    match patiently(|| file.try_lock()) {
        Err(TryLockError::WouldBlock) => Err(Refused::Taken),
        // A file system without locks is no reason to do without a cache; a second process is then the user's care.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
    }
}

/// A lock that is taken may be so by accident: a child that this process has just started holds what it had open, its own
/// last store too, until it has become another program.
fn patiently(mut try_lock: impl FnMut() -> Result<(), TryLockError>) -> Result<(), TryLockError> {
    for _ in 0..ACCIDENT {
        match try_lock() {
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(10)),
            other => return other,
        }
    }
    try_lock()
}

/// Opens a database that nobody vouches for, and gives it up when that takes too long: one page that claims to be
/// gigabytes long has the store fill gigabytes with zeros before it notices, and the caller is a program that starts.
pub(super) fn checked(
    storage: impl StorageBackend,
    control: &Arc<Control>,
    patience: Duration,
    memory: u64,
) -> Result<Database, Refused> {
    let (answer, answers) = mpsc::sync_channel(0);
    let checks = {
        let control = Arc::clone(control);
        move || {
            // Nobody waits any more: the database goes, and does not write, for it was cut off.
            let _ = answer.send(attempt(storage, false, &control, memory));
        }
    };
    thread::Builder::new().name("resilient-disk-check".to_owned()).spawn(checks)?;
    match answers.recv_timeout(patience) {
        Ok(database) => database,
        Err(_) => {
            control.cut_off();
            Err(Refused::Damaged(format!("it could not be checked in {patience:?}")))
        }
    }
}

pub(super) fn attempt(
    storage: impl StorageBackend,
    trusted: bool,
    control: &Arc<Control>,
    memory: u64,
) -> Result<Database, Refused> {
    let memory = usize::try_from(memory).unwrap_or(usize::MAX);
    let opened = catch_unwind(AssertUnwindSafe(|| {
        let backend = Backend::new(storage, control);
        let mut database =
            redb::Builder::new().set_cache_size(memory).create_with_backend(backend)?;
        if !trusted {
            // Once through the whole file: what is found damaged now cannot surprise a write later.
            database.check_integrity()?;
        }
        Ok(database)
    }));
    let problem = match opened {
        Ok(Ok(database)) => {
            control.trust();
            return Ok(database);
        }
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
    control.cut_off();
    Err(Refused::Damaged(problem))
}

/// Makes the directory, readable by its owner alone; one that exists is left as it is.
pub(super) fn make_directory(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_is_held_for_a_moment_is_waited_for_and_one_that_is_held_is_taken() {
        let mut held = 3;
        let briefly = || match held {
            0 => Ok(()),
            _ => {
                held -= 1;
                Err(TryLockError::WouldBlock)
            }
        };
        assert!(patiently(briefly).is_ok());
        let mut tries = 0;
        let for_ever = || {
            tries += 1;
            Err(TryLockError::WouldBlock)
        };
        assert!(matches!(patiently(for_ever), Err(TryLockError::WouldBlock)));
        assert_eq!(tries, ACCIDENT + 1);
    }
}
