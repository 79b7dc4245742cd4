//! What is held of memory.

use std::{
    alloc::System,
    thread::sleep,
    time::{Duration, Instant},
};

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What was allocated and not freed, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) bytes: usize,
    pub(crate) allocations: usize,
}

impl Held {
    pub(crate) fn now() -> Self {
        let stats = ALLOCATOR.stats();
        Self {
            bytes: stats.bytes_allocated.saturating_sub(stats.bytes_deallocated),
            allocations: stats.allocations.saturating_sub(stats.deallocations),
        }
    }

    /// What is held once threads that were told to end have ended: at most `most`, or what it is after two seconds.
    pub(crate) fn settled(most: Self) -> Self {
        let until = Instant::now() + Duration::from_secs(2);
        loop {
            let held = Self::now();
            if held.fits(most) || Instant::now() >= until {
                return held;
            }
            sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn fits(self, most: Self) -> bool {
        self.bytes <= most.bytes && self.allocations <= most.allocations
    }

    pub(crate) fn and(self, more: Self) -> Self {
        Self {
            bytes: self.bytes.saturating_add(more.bytes),
            allocations: self.allocations.saturating_add(more.allocations),
        }
    }

    pub(crate) fn max(self, other: Self) -> Self {
        Self {
            bytes: self.bytes.max(other.bytes),
            allocations: self.allocations.max(other.allocations),
        }
    }
}
