//! The same loop for a caller that blocks its thread.

use super::{Call, admit::Admission};
use crate::{attempt::Attempt, blocking::wait, cache::Key, outcome::Cacheable};

impl<'m, R, V, E> Call<'m, R, V, E> {
    /// [`lookup`](Self::lookup), blocking this thread while it reads from disk or waits for another call's load.
    pub fn lookup_blocking(&mut self, cacheable: Cacheable<R>, key: Key) {
        let lookup = self.lookup(cacheable, key);
        if lookup.goes_further() {
            wait(lookup);
        }
    }

    /// [`next_attempt`](Self::next_attempt), blocking this thread until it may begin.
    pub fn next_attempt_blocking(&mut self) -> Option<Attempt<'m>> {
        if self.core.settled {
            return None;
        }
        match self.core.admit() {
            Admission::Attempt(attempt) => Some(attempt),
            Admission::Rejected(rejection) => self.rejected(rejection),
            Admission::Waits(needed) => {
                let admitted = wait(self.core.wait(needed));
                admitted.map_or_else(|rejection| self.rejected(rejection), Some)
            }
        }
    }

    /// [`stale`](Self::stale), blocking this thread while it reads from disk.
    pub fn stale_blocking(&mut self) {
        wait(self.stale());
    }
}
