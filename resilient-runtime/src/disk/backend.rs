use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use redb::StorageBackend;

/// How often a check may read a file over. A sound one is read twice at most, a damaged one may lead in circles.
const TIMES: u64 = 16;
/// What a check may read of even the smallest file.
const LEAST: u64 = 1 << 20;

/// The hold on a file below a database.
#[derive(Debug)]
pub(super) struct Control {
    cut_off: AtomicBool,
    /// How many bytes may still be read.
    allowance: AtomicU64,
}

impl Control {
    /// For a database that is to be checked: its file may be read only so often until it is [trusted](Self::trust).
    pub(super) fn suspicious(length: u64) -> Self {
        let allowance = length.saturating_mul(TIMES).saturating_add(LEAST);
        Self { cut_off: AtomicBool::new(false), allowance: AtomicU64::new(allowance) }
    }

    pub(super) fn trust(&self) {
        self.allowance.store(u64::MAX, Ordering::Relaxed);
    }

    /// Cuts the file off: a database that was found damaged must not write once more when it is closed, and its file
    /// must be let go all the same.
    pub(super) fn cut_off(&self) {
        self.cut_off.store(true, Ordering::Release);
    }

    pub(super) fn is_cut_off(&self) -> bool {
        self.cut_off.load(Ordering::Acquire)
    }

    fn read(&self, bytes: usize) -> io::Result<()> {
        let allowance = self.allowance.load(Ordering::Relaxed);
        if allowance == u64::MAX {
            return Ok(());
        }
        match allowance.checked_sub(bytes as u64) {
            Some(left) => {
                self.allowance.store(left, Ordering::Relaxed);
                Ok(())
            }
            None => Err(io::Error::new(io::ErrorKind::InvalidData, "its pages lead in circles")),
        }
    }
}

/// The storage below a database, under [`Control`]. It says nothing of locks: whoever opens the file holds its lock,
/// and longer than the database does.
#[derive(Debug)]
pub(super) struct Backend<B> {
    storage: B,
    control: Arc<Control>,
}

impl<B: StorageBackend> Backend<B> {
    pub(super) fn new(storage: B, control: &Arc<Control>) -> Self {
        Self { storage, control: Arc::clone(control) }
    }

    fn storage(&self) -> io::Result<&B> {
        if self.control.is_cut_off() {
            return Err(io::Error::other("the store is switched off"));
        }
        Ok(&self.storage)
    }
}

impl<B: StorageBackend> StorageBackend for Backend<B> {
    fn len(&self) -> io::Result<u64> {
        self.storage()?.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let storage = self.storage()?;
        self.control.read(out.len())?;
        storage.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.storage()?.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.storage()?.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.storage()?.write(offset, data)
    }
}
