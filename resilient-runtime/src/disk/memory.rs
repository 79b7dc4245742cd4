//! A file in memory, for proofs and fuzzing.

use std::{
    io,
    ops::Range,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use redb::StorageBackend;

pub(super) type Bytes = Arc<Mutex<Vec<u8>>>;

/// A file in memory, on a disk that takes no more than so many bytes.
#[derive(Debug)]
pub(super) struct Memory {
    bytes: Bytes,
    room: Mutex<usize>,
    pub(super) log: Log,
    /// How many bytes were read.
    pub(super) read: Arc<AtomicUsize>,
}

/// What was done to a file, in order.
pub(super) type Log = Arc<Mutex<Vec<Step>>>;

#[derive(Debug, Clone)]
pub(super) enum Step {
    Write(usize, Vec<u8>),
    Length(usize),
    Sync,
}

impl Step {
    pub(super) fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            // Beyond the end it belongs to a length that was lost.
            Self::Write(at, data) => {
                if let Some(place) = bytes.get_mut(*at..at + data.len()) {
                    place.copy_from_slice(data);
                }
            }
            Self::Length(length) => bytes.resize(*length, 0),
            Self::Sync => {}
        }
    }
}

impl Memory {
    pub(super) fn new(bytes: Vec<u8>, room: usize) -> (Self, Bytes) {
        let bytes = Arc::new(Mutex::new(bytes));
        let log = Log::default();
        (
            Self { bytes: Arc::clone(&bytes), room: Mutex::new(room), log, read: Arc::default() },
            bytes,
        )
    }

    fn range(&self, offset: u64, length: usize) -> io::Result<Range<usize>> {
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        match start.checked_add(length) {
            Some(end) if end <= lock(&self.bytes).len() => Ok(start..end),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl StorageBackend for Memory {
    fn len(&self) -> io::Result<u64> {
        Ok(lock(&self.bytes).len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let range = self.range(offset, out.len())?;
        self.read.fetch_add(out.len(), Ordering::Relaxed);
        out.copy_from_slice(&lock(&self.bytes)[range]);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let len = usize::try_from(len).map_err(io::Error::other)?;
        lock(&self.log).push(Step::Length(len));
        lock(&self.bytes).resize(len, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        lock(&self.log).push(Step::Sync);
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut room = lock(&self.room);
        *room = room.checked_sub(data.len()).ok_or(io::ErrorKind::StorageFull)?;
        drop(room);
        let range = self.range(offset, data.len())?;
        lock(&self.log).push(Step::Write(range.start, data.to_vec()));
        lock(&self.bytes)[range].copy_from_slice(data);
        Ok(())
    }
}
