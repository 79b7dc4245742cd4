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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::disk::{
        answers::Answers,
        file::{self, DEFAULT_MEMORY},
        memory::Memory,
        room,
    };

    const PLACE: &[u8; 16] = &[7; 16];

    /// A file in memory, and how many bytes of it were read.
    fn opened(memory: u64) -> (Opened, Arc<AtomicUsize>) {
        let (storage, _) = Memory::new(Vec::new(), usize::MAX);
        let read = Arc::clone(&storage.read);
        let control = Arc::new(Control::suspicious(0));
        let database = file::attempt(storage, true, &control, memory).expect("new");
        (Opened::new(database, control, tempfile::tempfile().expect("a file")), read)
    }

    fn put(opened: &Opened, place: &[u8; 16], record: &[u8]) {
        let put = opened.change(|table| {
            table.insert(place, record)?;
            Ok(())
        });
        put.expect("room");
    }

    fn get(opened: &Opened) -> Option<Vec<u8>> {
        let reader = opened.reader().expect("readable")?;
        Some(reader.get_owned(PLACE).expect("readable")?.value().to_vec())
    }

    #[test]
    fn readers_see_every_change_and_keep_no_page_from_use() {
        let (opened, _) = opened(DEFAULT_MEMORY);
        assert_eq!(get(&opened), None);
        for round in 0..10 {
            put(&opened, PLACE, &[round; 5_000]);
            assert_eq!(get(&opened), Some(vec![round; 5_000]), "without one that is kept");
            opened.renew().expect("readable");
            assert!(opened.reader.read().expect("sound").is_some());
            assert_eq!(get(&opened), Some(vec![round; 5_000]));
            let change = opened.change(|_| {
                assert!(opened.reader.read().expect("sound").is_none(), "while it changes");
                assert_eq!(get(&opened), Some(vec![round; 5_000]), "readers do not wait");
                Ok(())
            });
            change.expect("room");
        }
    }

    #[test]
    fn what_is_read_again_is_read_from_the_file_only_where_there_is_no_memory_for_it() {
        for (memory, again) in [(0, true), (DEFAULT_MEMORY, false)] {
            let (opened, read) = opened(memory);
            put(&opened, PLACE, &[1; 10_000]);
            // A reader has the page at the root in any case; with a second record that is not the one of the first.
            put(&opened, &[9; 16], &[2; 10_000]);
            opened.renew().expect("readable");
            get(&opened);
            let before = read.load(Ordering::Relaxed);
            assert_eq!(get(&opened).map(|record| record.len()), Some(10_000));
            let bytes = read.load(Ordering::Relaxed) - before;
            assert_eq!(bytes >= 10_000, again, "{bytes} with {memory}");
        }
    }

    #[test]
    fn what_was_found_outlives_the_file_and_holds_nobody_up() {
        let directory = tempfile::tempdir().expect("a directory");
        let open = || file::open_or_replace(directory.path(), DEFAULT_MEMORY);
        let (opened, _) = open();
        let opened = opened.expect("a directory of ours");
        put(&opened, PLACE, &[1; 10_000]);
        let path = directory.path().to_owned();
        let answers = Answers::new(opened, path, room::DEFAULT, DEFAULT_MEMORY);
        let found = answers.read(PLACE).ok().expect("just put");
        answers.close();
        let (again, warning) = open();
        assert_eq!(warning, None, "it was closed as it should be");
        put(&again.expect("nobody holds it"), PLACE, &[2; 10_000]);
        assert_eq!(found.value(), [1; 10_000]);
    }
}
