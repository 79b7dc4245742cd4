//! An open file.

use std::{
    fs::File,
    sync::{Arc, PoisonError, RwLock},
};

use redb::Database;

use super::{
    backend::Control,
    table::{self, Changing, Reader},
};

/// An open file: the database in it, and the hold on what lies below.
#[derive(Debug)]
pub(super) struct Opened {
    /// The table as the last change left it, for all who read: a transaction and a look for the table are half the time
    /// of a small read. Goes before the database does.
    pub(super) reader: RwLock<Option<Arc<Reader>>>,
    pub(super) database: Database,
    pub(super) control: Arc<Control>,
    /// Has the lock, which lasts until this is dropped.
    pub(super) file: File,
}

impl Opened {
    pub(super) fn new(database: Database, control: Arc<Control>, file: File) -> Self {
        Self { reader: RwLock::default(), database, control, file }
    }

    /// The table as it is now, for reading; `None` in a file that never had one.
    pub(super) fn reader(&self) -> Result<Option<Arc<Reader>>, redb::Error> {
        let kept = self.reader.read().unwrap_or_else(PoisonError::into_inner).clone();
        match kept {
            // While the table changes everyone has a transaction of his own.
            None => Ok(table::open(&self.database)?.map(Arc::new)),
            kept => Ok(kept),
        }
    }

    /// Keeps a reader of the table as it is now, for all who read.
    pub(super) fn renew(&self) -> Result<Option<Arc<Reader>>, redb::Error> {
        let reader = table::open(&self.database)?.map(Arc::new);
        self.keep(reader.clone());
        Ok(reader)
    }

    fn keep(&self, reader: Option<Arc<Reader>>) {
        *self.reader.write().unwrap_or_else(PoisonError::into_inner) = reader;
    }

    /// Changes the table: all of it is on disk afterwards, or nothing. Whoever reads sees it, and does so on his own until
    /// a reader is kept [anew](Self::renew).
    pub(super) fn change(
        &self,
        change: impl FnOnce(&mut Changing<'_>) -> Result<(), redb::Error>,
    ) -> Result<(), redb::Error> {
        // A reader that stayed would keep the pages from use that the change before this one has let go of.
        self.keep(None);
        table::change(&self.database, change)
    }
}
