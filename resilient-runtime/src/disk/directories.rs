//! The directories that this process has open. The lock on the file keeps other processes out, and would keep out a
//! second registry of our own as well.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use super::{file::OpenError, store::Store};

/// How long an open waits for the same directory to be opened or closed by this process.
const LONGEST: Duration = Duration::from_secs(10);

enum Slot {
    /// Somebody is opening it. That may take a while, and only those who want the same directory wait.
    Opening,
    Open(Weak<Store>),
}

static SLOTS: Mutex<Option<HashMap<PathBuf, Slot>>> = Mutex::new(None);
static CHANGED: Condvar = Condvar::new();

fn slots() -> MutexGuard<'static, Option<HashMap<PathBuf, Slot>>> {
    SLOTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The store of a directory that is open, or the duty to open it.
pub(super) enum Entered {
    Open(Arc<Store>),
    Ours(Opening),
}

/// The duty to open a directory. Dropped, it lets the next one try.
pub(super) struct Opening(Option<PathBuf>);

pub(super) fn enter(directory: &Path) -> Result<Entered, OpenError> {
    // Dropped after the lock: the last handle takes it.
    let mut closing = Vec::new();
    let mut guard = slots();
    loop {
        let busy = match guard.get_or_insert_default().get(directory) {
            None => {
                guard.get_or_insert_default().insert(directory.to_owned(), Slot::Opening);
                return Ok(Entered::Ours(Opening(Some(directory.to_owned()))));
            }
            Some(Slot::Opening) => "opened",
            Some(Slot::Open(store)) => match store.upgrade() {
                Some(store) if !store.is_closing() => return Ok(Entered::Open(store)),
                Some(store) => {
                    closing.push(store);
                    "closed"
                }
                // Its last handle is gone and its thread is writing the rest.
                None => "closed",
            },
        };
        let waited = CHANGED.wait_timeout(guard, LONGEST);
        let (woken, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        guard = woken;
        if waited.timed_out() {
            return Err(OpenError::unusable(directory, format!("it is still being {busy}")));
        }
    }
}

impl Opening {
    pub(super) fn done(mut self, store: &Arc<Store>) {
        if let Some(directory) = self.0.take() {
            slots().get_or_insert_default().insert(directory, Slot::Open(Arc::downgrade(store)));
        }
        CHANGED.notify_all();
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        if let Some(directory) = self.0.take() {
            leave(&directory);
        }
    }
}

/// The directory is closed.
pub(super) fn leave(directory: &Path) {
    slots().get_or_insert_default().remove(directory);
    CHANGED.notify_all();
}
