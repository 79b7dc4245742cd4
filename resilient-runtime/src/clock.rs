//! The one clock of the runtime.

use std::{sync::OnceLock, time::Duration};

use tokio::time::Instant;

/// A point in time, in nanoseconds, on the clock of `tokio::time` (so that a paused clock drives every policy).
///
/// A plain number, so that the policies' cores need no clock of their own and fit into atomics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(u64);

/// Where the counting starts. Far from zero: a paused clock of another runtime may lie before our first reading.
const START: u64 = 1 << 60;

fn origin() -> Instant {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    *ORIGIN.get_or_init(Instant::now)
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Moment {
    pub(crate) const ZERO: Self = Self(0);

    pub(crate) fn now() -> Self {
        let (now, origin) = (Instant::now(), origin());
        match now.checked_duration_since(origin) {
            Some(since) => Self(START.saturating_add(nanos(since))),
            None => Self(START.saturating_sub(nanos(origin - now))),
        }
    }

    pub(crate) fn instant(self) -> Instant {
        let far = || origin() + resilient_policy::duration::LONGEST;
        if self.0 >= START {
            origin().checked_add(Duration::from_nanos(self.0 - START)).unwrap_or_else(far)
        } else {
            origin().checked_sub(Duration::from_nanos(START - self.0)).unwrap_or_else(origin)
        }
    }

    /// Zero where `earlier` is later: clocks that step back cause no panic.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    pub(crate) fn nanos(self) -> u64 {
        self.0
    }

    #[cfg(test)]
    pub(crate) fn at(offset: Duration) -> Self {
        Self(START) + offset
    }
}

impl std::ops::Add<Duration> for Moment {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(nanos(duration)))
    }
}
