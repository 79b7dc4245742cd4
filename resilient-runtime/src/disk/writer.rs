//! The queue of answers to write, and the thread that writes them in batches.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::watch;

use super::Address;
use crate::{events::Subject, outcome::Kept};

/// An answer to write.
#[derive(Clone)]
pub(crate) struct Write {
    pub(super) value: Kept,
    pub(super) encode: fn(&Kept) -> Result<Vec<u8>, rmp_serde::encode::Error>,
    /// When its load began, in microseconds since 1970.
    pub(super) begun: u64,
    pub(super) stored_at: u64,
    pub(super) ttl: Duration,
    pub(super) subject: Subject,
}

/// What waits to be written, by address; a later answer replaces an earlier one.
pub(super) type Batch = HashMap<Address, (Vec<u8>, Write)>;

/// Answers may come faster than a disk takes them: past so many that wait, new ones are not kept on disk.
const LONGEST: usize = 10_000;

/// The queue between the callers and the writing thread. What is in it can be read, so that an answer is found from
/// the moment it was put.
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    written: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    waiting: Batch,
    /// Taken by the writing thread and not yet on disk.
    writing: Arc<Batch>,
    put: u64,
    closed: bool,
}

impl Default for Queue {
    fn default() -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), written: watch::channel(0).0 }
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts an answer in line; false if the line is too long.
    pub(super) fn put(&self, address: Address, key: Vec<u8>, write: Write) -> bool {
        let mut state = self.lock();
        if state.waiting.len() >= LONGEST || state.closed {
            return false;
        }
        let newer = state
            .waiting
            .get(&address)
            .is_some_and(|(there, waiting)| *there == key && waiting.begun > write.begun);
        let replaced = if newer { None } else { state.waiting.insert(address, (key, write)) };
        state.put += 1;
        self.changed.notify_all();
        drop(state);
        // The value is the user's, and so is what its drop does.
        drop(replaced);
        true
    }

    /// The answer for `key` that is not on disk yet.
    pub(super) fn find(&self, address: &Address, key: &[u8]) -> Option<Write> {
        let state = self.lock();
        let (there, write) = state.waiting.get(address).or_else(|| state.writing.get(address))?;
        (there == key).then(|| write.clone())
    }

    /// Waits for answers to write; `None` once the queue is closed and empty.
    pub(super) fn take(&self) -> Option<(Arc<Batch>, u64)> {
        let mut state = self.lock();
        while state.waiting.is_empty() {
            if state.closed {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.writing = Arc::new(mem::take(&mut state.waiting));
        Some((Arc::clone(&state.writing), state.put))
    }

    /// Everything up to number `put` is on disk, or could not be brought there.
    pub(super) fn done(&self, put: u64) {
        let written = std::mem::take(&mut self.lock().writing);
        drop(written);
        self.written.send_replace(put);
    }

    /// Waits until everything that was put before is done.
    pub(super) async fn flushed(&self) {
        let put = self.lock().put;
        let mut written = self.written.subscribe();
        // The sender lives as long as the queue.
        let _ = written.wait_for(|written| *written >= put).await;
    }

    /// Waits until the writing thread has ended.
    pub(super) async fn ended(&self) {
        let mut written = self.written.subscribe();
        let _ = written.wait_for(|written| *written == u64::MAX).await;
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Lets the writing thread end once it has written what is in line.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }
}
