//! Counts that start anew by themselves.

use crate::sync::{AtomicU64, Ordering};

/// A count of what happened in one stretch of time, under that stretch's number: one word, so that the first event of a
/// later stretch replaces both in one step, and no time that passed idle has to be cleared away.
#[derive(Debug)]
pub(crate) struct Tagged(AtomicU64);

/// Bits of the count. The 36 above it hold the seconds of five centuries, the longest that the clock counts.
const COUNT: u32 = 28;
/// More than this in a stretch tells nothing more, and counting on would reach the tag.
const MOST: u64 = 1 << (COUNT - 1);

impl Tagged {
    /// Nothing, under the number 0. (No `const`: loom's atomics are made at run time.)
    pub(crate) fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Counts one in a stretch of time. A clock that stepped back starts the count anew as well.
    pub(crate) fn add(&self, tag: u64) {
        let mut word = self.0.load(Ordering::Relaxed);
        while word >> COUNT != tag {
            let first = tag << COUNT | 1;
            match self.0.compare_exchange_weak(word, first, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return,
                Err(changed) => word = changed,
            }
        }
        if word & ((1 << COUNT) - 1) < MOST {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The stretch of time and its count.
    pub(crate) fn get(&self) -> (u64, u64) {
        let word = self.0.load(Ordering::Relaxed);
        (word >> COUNT, word & ((1 << COUNT) - 1))
    }
}

#[cfg(all(test, not(resilient_loom)))]
mod tests {
    use super::*;
    use crate::clock::Moment;

    #[test]
    fn starts_anew_under_another_tag() {
        let count = Tagged::new();
        for (tag, expected) in [(7, 1), (7, 2), (8, 1), (7, 1)] {
            count.add(tag);
            assert_eq!(count.get(), (tag, expected));
        }
    }

    #[test]
    fn a_count_never_reaches_its_tag() {
        let count = Tagged(AtomicU64::new(7 << COUNT | MOST));
        count.add(7);
        assert_eq!(count.get(), (7, MOST));
        let last = (Moment::FIRST + std::time::Duration::MAX).nanos() / 1_000_000_000;
        count.add(last);
        assert_eq!(count.get(), (last, 1));
    }
}
