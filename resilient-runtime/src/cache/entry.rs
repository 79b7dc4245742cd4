use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::{clock::Moment, outcome::Kept};

/// A value in memory, and how long it may be served. Copied with every look, so it is kept small.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(super) value: Kept,
    /// When the method answered: a value from disk was not made just now.
    pub(super) made: Moment,
    pub(super) expires: Moment,
    /// Until when it may be served where a load fails.
    pub(super) stale_until: Moment,
    /// Where something moves while it is there.
    pub(super) marks: Option<Arc<Marks>>,
    /// How much of the tier's bound it takes.
    pub(super) weight: u64,
    /// The number of the load that brought it. Of two, the one that began later is newer.
    pub(super) load: u64,
}

/// What changes about an entry, for all copies of it.
#[derive(Debug)]
pub(super) struct Marks {
    pub(super) idle: Option<Duration>,
    /// When it was last served, in nanoseconds, where that counts.
    used: AtomicU64,
    /// From when on somebody should load it anew, in nanoseconds.
    refresh_at: AtomicU64,
}

impl Marks {
    pub(super) fn new(now: Moment, idle: Option<Duration>, refresh_at: Option<Moment>) -> Self {
        let refresh_at = refresh_at.map_or(u64::MAX, Moment::nanos);
        Self { idle, used: now.nanos().into(), refresh_at: refresh_at.into() }
    }
}

impl Entry {
    pub(super) fn age(&self, now: Moment) -> Duration {
        now.since(self.made)
    }

    pub(super) fn is_fresh(&self, now: Moment) -> bool {
        now < self.expires && !self.marks.as_ref().is_some_and(|marks| marks.is_idle(now))
    }

    /// Takes note that it is served.
    pub(super) fn touch(&self, now: Moment) {
        if let Some(marks) = &self.marks {
            marks.touch(now);
        }
    }

    pub(super) fn is_due(&self, now: Moment) -> bool {
        self.marks.as_ref().is_some_and(|marks| marks.is_due(now))
    }

    pub(super) fn refresh_at(&self, moment: Moment) {
        if let Some(marks) = &self.marks {
            marks.refresh_at.store(moment.nanos(), Ordering::Relaxed);
        }
    }
}

impl Marks {
    /// Whether it may be served and is not due to be loaded anew; takes note if so.
    #[inline(never)]
    pub(super) fn serves(&self, now: Moment) -> bool {
        let serves = !self.is_idle(now) && !self.is_due(now);
        if serves {
            self.touch(now);
        }
        serves
    }

    fn touch(&self, now: Moment) {
        if self.idle.is_some() {
            self.used.fetch_max(now.nanos(), Ordering::Relaxed);
        }
    }

    fn is_due(&self, now: Moment) -> bool {
        self.refresh_at.load(Ordering::Relaxed) <= now.nanos()
    }

    fn is_idle(&self, now: Moment) -> bool {
        let unused = now.nanos().saturating_sub(self.used.load(Ordering::Relaxed));
        self.idle.is_some_and(|idle| u128::from(unused) >= idle.as_nanos())
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("load", &self.load).finish_non_exhaustive()
    }
}
