//! The same loop for a caller that blocks its thread.

use super::{Call, admit::Admission};
use crate::{attempt::Attempt, blocking::wait, cache::Key, outcome::Cacheable};

impl<R, V, E> Call<'_, R, V, E> {
    /// [`lookup`](Self::lookup), blocking this thread while it reads from disk or waits for another call's load.
    pub fn lookup_blocking(&mut self, cacheable: Cacheable<R>, key: Key) {
        let lookup = self.lookup(cacheable, key);
        if lookup.goes_further() {
            wait(lookup);
        }
    }

    /// [`next_attempt`](Self::next_attempt), blocking this thread until it may begin.
    pub fn next_attempt_blocking(&mut self) -> Option<Attempt> {
        if self.core.settled {
            return None;
        }
        let mut admission = self.core.admit();
        loop {
            match admission {
                Admission::Attempt => return Some(self.core.attempt()),
                Admission::Rejected(rejection) => {
                    self.rejected(rejection);
                    return None;
                }
                Admission::Waits(needed) => admission = self.core.resume(wait(needed)),
            }
        }
    }

    /// [`stale`](Self::stale), blocking this thread while it reads from disk.
    pub fn stale_blocking(&mut self) {
        wait(self.stale());
    }
}
