//! The queue of answers to write, and the thread that writes them in batches.

use std::{
    collections::HashMap,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use super::{Address, Lifetime};
use crate::{counters::Counters, events::Subject, outcome::Kept};

/// A change to be made.
#[derive(Clone)]
pub(crate) struct Write {
    pub(super) content: Content,
    /// When its load began, in microseconds since 1970; or when the answer was forgotten.
    pub(super) begun: u64,
    pub(super) subject: Subject,
    pub(super) counters: Arc<Counters>,
}

/// What is to be at an address.
#[derive(Clone)]
pub(super) enum Content {
    Answer {
        value: Kept,
        encode: fn(&Kept) -> Result<Vec<u8>, rmp_serde::encode::Error>,
        stored_at: u64,
        lifetime: Lifetime,
    },
    /// Nothing, whatever type of value was there.
    Nothing,
}

/// Everything that begins with a prefix and whose load had begun at a moment is to go.
#[derive(Clone)]
pub(super) struct Purge {
    pub(super) prefix: Vec<u8>,
    pub(super) before: u64,
}

impl Purge {
    pub(super) fn takes(&self, key: &[u8], begun: u64) -> bool {
        begun <= self.before && key.starts_with(&self.prefix)
    }
}

/// Whether two keys are of one place; one of them may lack the type of the value.
fn same_place(one: &[u8], other: &[u8]) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

/// What waits to be written, by address; a later answer replaces an earlier one.
pub(super) type Batch = HashMap<Address, (Vec<u8>, Write)>;

/// Answers may come faster than a disk takes them: past so many that wait, new ones are not kept on disk.
const LONGEST: usize = 10_000;

/// What is in line for a key.
pub(super) struct InLine {
    /// Up to when loads must have begun that are about to be removed; 0 where none are.
    pub(super) purged: u64,
    /// What is to be there and is not on disk yet.
    pub(super) write: Option<Write>,
}

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
    /// At most one for each prefix.
    purges: Vec<Purge>,
    /// Taken by the writing thread and not yet done.
    purging: Arc<Vec<Purge>>,
    put: u64,
    closed: bool,
}

impl State {
    fn find(&self, address: &Address, key: &[u8]) -> Option<&Write> {
        let (there, write) = self.waiting.get(address).or_else(|| self.writing.get(address))?;
        // Where nothing is to be, there is no answer of any type.
        let forgotten = matches!(write.content, Content::Nothing) && key.starts_with(there);
        (there == key || forgotten).then_some(write)
    }

    fn purged(&self, key: &[u8]) -> u64 {
        let purges = self.purges.iter().chain(&*self.purging);
        let of_key = purges.filter(|purge| key.starts_with(&purge.prefix));
        of_key.map(|purge| purge.before).max().unwrap_or(0)
    }
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

    /// Puts a change in line, and returns the one whose place it takes; given back itself if the line is too long.
    pub(super) fn put(
        &self,
        address: Address,
        key: Vec<u8>,
        write: Write,
    ) -> Result<Option<Write>, Write> {
        let mut state = self.lock();
        // What is not forgotten would be served again; what is not kept is only asked for again.
        let too_long = state.waiting.len() >= LONGEST && !matches!(write.content, Content::Nothing);
        if too_long || state.closed {
            return Err(write);
        }
        let newer = state
            .waiting
            .get(&address)
            .is_some_and(|(there, waiting)| same_place(there, &key) && waiting.begun > write.begun);
        let displaced = if newer {
            Some(write)
        } else {
            state.waiting.insert(address, (key, write)).map(|(_, replaced)| replaced)
        };
        state.put += 1;
        self.changed.notify_all();
        Ok(displaced)
    }

    /// Puts a purge in line, and returns what need not be written any more.
    pub(super) fn purge(&self, mut purge: Purge) -> Vec<Write> {
        let mut state = self.lock();
        let taken: Vec<Write> = state
            .waiting
            .extract_if(|_, (key, write)| purge.takes(key, write.begun))
            .map(|(_, (_, write))| write)
            .collect();
        let same = state.purges.extract_if(.., |there| there.prefix == purge.prefix);
        // Another decorator may have looked at the clock earlier, and come later.
        purge.before = same.map(|there| there.before).fold(purge.before, u64::max);
        state.purges.push(purge);
        state.put += 1;
        self.changed.notify_all();
        taken
    }

    /// What is in line for `key`; `None` once the queue is closed, for then nobody takes note of what is forgotten.
    pub(super) fn find(&self, address: &Address, key: &[u8]) -> Option<InLine> {
        let state = self.lock();
        (!state.closed)
            .then(|| InLine { purged: state.purged(key), write: state.find(address, key).cloned() })
    }

    /// Waits for something to do; `None` once the queue is closed and empty.
    pub(super) fn take(&self) -> Option<(Arc<Vec<Purge>>, Arc<Batch>, u64)> {
        let mut state = self.lock();
        while state.waiting.is_empty() && state.purges.is_empty() {
            if state.closed {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.writing = Arc::new(mem::take(&mut state.waiting));
        state.purging = Arc::new(mem::take(&mut state.purges));
        Some((Arc::clone(&state.purging), Arc::clone(&state.writing), state.put))
    }

    /// Everything up to number `put` is on disk, or could not be brought there.
    pub(super) fn done(&self, put: u64) {
        let written = {
            let mut state = self.lock();
            (mem::take(&mut state.writing), mem::take(&mut state.purging))
        };
        // The values are the user's, and so are their panics.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(written)));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_purges_the_later_one_holds_whichever_comes_first() {
        for moments in [[20, 10], [10, 20]] {
            let queue = Queue::default();
            for before in moments {
                assert!(queue.purge(Purge { prefix: b"a".to_vec(), before }).is_empty());
            }
            assert!(queue.purge(Purge { prefix: b"b".to_vec(), before: 30 }).is_empty());
            let purged = |key: &[u8]| queue.find(&[0; 16], key).map(|there| there.purged);
            assert_eq!([b"ab".as_slice(), b"b", b"c"].map(purged), [20, 30, 0].map(Some));
            assert_eq!(queue.take().map(|(purges, ..)| purges.len()), Some(2));
        }
    }
}
