//! What the callers of one method saw, to hold the registry's books to.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use resilient_runtime::{Provenance, Rejection, TimeoutScope};

use crate::faults::{Answer, Trouble};

/// How a call ended, as its caller sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Live,
    Memory,
    Disk,
    Stale,
    Fallback,
    /// With an error that the cache remembered.
    Remembered,
    Failure,
    Ignored,
    BreakerOpen,
    RateLimited,
    BulkheadFull,
    TimedOut,
    Dropped,
    Panicked,
}

impl Ending {
    pub(crate) const ALL: [Self; 14] = [
        Self::Live,
        Self::Memory,
        Self::Disk,
        Self::Stale,
        Self::Fallback,
        Self::Remembered,
        Self::Failure,
        Self::Ignored,
        Self::BreakerOpen,
        Self::RateLimited,
        Self::BulkheadFull,
        Self::TimedOut,
        Self::Dropped,
        Self::Panicked,
    ];

    /// What an outcome is, where `reached` says how many requests this caller's own call has sent.
    pub(crate) fn of(
        outcome: &Result<Answer, Trouble>,
        provenance: Provenance,
        reached: u32,
    ) -> Self {
        let failed = provenance == Provenance::Failed;
        assert_eq!(outcome.is_err(), failed, "{outcome:?} is said to be {provenance}");
        match outcome {
            Ok(_) => match provenance {
                Provenance::Live { .. } => Self::Live,
                Provenance::Memory { .. } => Self::Memory,
                Provenance::Disk { .. } => Self::Disk,
                Provenance::Stale { .. } => Self::Stale,
                Provenance::Fallback { .. } => Self::Fallback,
                other => panic!("an answer from nowhere: {other}"),
            },
            Err(Trouble::Rejected(rejection)) => match rejection {
                Rejection::BreakerOpen { .. } => Self::BreakerOpen,
                Rejection::RateLimited { .. } => Self::RateLimited,
                Rejection::BulkheadFull { .. } => Self::BulkheadFull,
                // Of a deadline that passed in our own lines the service knows nothing.
                Rejection::TimedOut { scope: TimeoutScope::Call, .. } if reached == 0 => {
                    Self::TimedOut
                }
                Rejection::TimedOut { .. } => Self::Failure,
                other => panic!("a rejection that the soak does not know: {other}"),
            },
            Err(_) if reached == 0 => Self::Remembered,
            Err(Trouble::Plain(kind)) if kind.counts_as_failure() => Self::Failure,
            Err(Trouble::Plain(_) | Trouble::Busy(_)) => Self::Ignored,
        }
    }
}

/// Of one method, by whom it was called and by whom it was implemented.
#[derive(Debug, Default)]
pub(crate) struct Diary {
    requests: AtomicU64,
    endings: [AtomicU64; Ending::ALL.len()],
}

impl Diary {
    /// Counts a request that has reached the service, and numbers it.
    pub(crate) fn request(&self) -> u64 {
        self.requests.fetch_add(1, Relaxed) + 1
    }

    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Relaxed)
    }

    pub(crate) fn ended(&self, ending: Ending) {
        self.endings[ending as usize].fetch_add(1, Relaxed);
    }

    pub(crate) fn of(&self, ending: Ending) -> u64 {
        self.endings[ending as usize].load(Relaxed)
    }

    /// Takes over what stands in another one.
    pub(crate) fn add(&self, other: &Self) {
        self.requests.fetch_add(other.requests(), Relaxed);
        for ending in Ending::ALL {
            self.endings[ending as usize].fetch_add(other.of(ending), Relaxed);
        }
    }

    pub(crate) fn calls(&self) -> u64 {
        Ending::ALL.into_iter().map(|ending| self.of(ending)).sum()
    }
}
