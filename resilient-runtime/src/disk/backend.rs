use std::{
    fs::File,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use redb::{DatabaseError, StorageBackend, backends::FileBackend};

/// The file, with a switch that cuts it off: a database that was found damaged must not write once more when it is
/// closed, and its file must be let go all the same.
#[derive(Debug)]
pub(super) struct Backend {
    file: FileBackend,
    cut_off: Arc<AtomicBool>,
}

impl Backend {
    /// Locks the file against other processes.
    pub(super) fn new(file: File, cut_off: &Arc<AtomicBool>) -> Result<Self, DatabaseError> {
        Ok(Self { file: FileBackend::new(file)?, cut_off: Arc::clone(cut_off) })
    }

    fn file(&self) -> io::Result<&FileBackend> {
        if self.cut_off.load(Ordering::Acquire) {
            return Err(io::Error::other("the store is switched off"));
        }
        Ok(&self.file)
    }
}

impl StorageBackend for Backend {
    fn len(&self) -> io::Result<u64> {
        self.file()?.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file()?.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file()?.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file()?.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.file()?.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }
}
