//! What rejects calls without the breaker's lock.

use std::time::Duration;

use super::core::Core;
use crate::{
    clock::Moment,
    sync::{AtomicU64, Ordering},
};

/// A mirror of the present opening, written under the breaker's lock: when it began, and when it ends.
///
/// In every other state it begins after everything and ends before, so that either of the two says that it rejects nobody.
/// Read one after the other, the two may be of different openings, and then reject a call from between them, which came too
/// late for the one and too early for the other: it is rejected by the one that is there now.
pub(super) struct Opening {
    since: AtomicU64,
    until: AtomicU64,
    rejected: AtomicU64,
}

impl Opening {
    pub(super) fn of(core: &Core) -> Self {
        let (since, until) = span(core);
        Self {
            since: AtomicU64::new(since.nanos()),
            until: AtomicU64::new(until.nanos()),
            rejected: AtomicU64::new(0),
        }
    }

    pub(super) fn mirror(&self, core: &Core) {
        let (since, until) = span(core);
        self.until.store(until.nanos(), Ordering::Relaxed);
        // Who sees that it has begun sees its end as well.
        self.since.store(since.nanos(), Ordering::Release);
    }

    /// How long it still rejects; `None` where only the core can tell: there is no opening, its time is over, or a clock
    /// stepped back to before it.
    #[inline]
    pub(super) fn left(&self, now: Moment) -> Option<Duration> {
        let since = self.since.load(Ordering::Acquire);
        let until = self.until.load(Ordering::Relaxed);
        let now = now.nanos();
        (since <= now && now < until).then(|| Duration::from_nanos(until - now))
    }

    /// Counts a call that it rejected.
    #[inline]
    pub(super) fn reject(&self) {
        self.rejected.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn rejected(&self) -> u64 {
        self.rejected.load(Ordering::Relaxed)
    }
}

fn span(core: &Core) -> (Moment, Moment) {
    core.opening().unwrap_or((Moment::LAST, Moment::FIRST))
}
