//! The one clock of the runtime.

use std::{num::NonZero, sync::OnceLock, time::Duration};

use tokio::time::Instant;

/// A point in time, in nanoseconds, on the clock of `tokio::time` (so that a paused clock drives every policy).
///
/// A plain number, so that the policies' cores need no clock of their own and fit into atomics; not zero, so that an
/// option of it is no larger, for every call carries some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(NonZero<u64>);

/// Where the counting starts. Far from zero: a paused clock of another runtime may lie before our first reading.
pub(crate) const START: u64 = 1 << 60;

fn origin() -> Instant {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    *ORIGIN.get_or_init(Instant::now)
}

#[inline]
fn nanos(duration: Duration) -> u64 {
    // Not by `as_nanos`, which is twice as wide: it is asked with each look at the clock.
    duration.as_secs().saturating_mul(1_000_000_000).saturating_add(duration.subsec_nanos().into())
}

impl Moment {
    pub(crate) const FIRST: Self = Self(NonZero::<u64>::MIN);
    pub(crate) const LAST: Self = Self(NonZero::<u64>::MAX);

    #[inline]
    fn new(nanos: u64) -> Self {
        NonZero::new(nanos).map_or(Self::FIRST, Self)
    }

    pub(crate) fn now() -> Self {
        let (now, origin) = (Instant::now(), origin());
        match now.checked_duration_since(origin) {
            Some(since) => Self::new(START.saturating_add(nanos(since))),
            None => Self::new(START.saturating_sub(nanos(origin - now))),
        }
    }

    pub(crate) fn instant(self) -> Instant {
        let far = || origin() + resilient_policy::duration::LONGEST;
        let nanos = self.nanos();
        if nanos >= START {
            origin().checked_add(Duration::from_nanos(nanos - START)).unwrap_or_else(far)
        } else {
            origin().checked_sub(Duration::from_nanos(START - nanos)).unwrap_or_else(origin)
        }
    }

    /// Zero where `earlier` is later: clocks that step back cause no panic.
    #[inline]
    pub(crate) fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.nanos().saturating_sub(earlier.nanos()))
    }

    /// So long ago; the first moment of all where that is longer.
    #[inline]
    pub(crate) fn before(self, duration: Duration) -> Self {
        Self::new(self.nanos().saturating_sub(nanos(duration)))
    }

    #[inline]
    pub(crate) fn nanos(self) -> u64 {
        self.0.get()
    }

    #[cfg(test)]
    pub(crate) fn at(offset: Duration) -> Self {
        Self::new(START) + offset
    }
}

/// Whether it is another clock than the system's: one that is paused, or once was.
///
/// Asked by comparison, for tokio tells nobody. That a clock stands still at just this nanosecond is possible, and then
/// a wait takes as long as it says.
pub(crate) fn is_virtual() -> bool {
    let before = std::time::Instant::now();
    let now = Instant::now().into_std();
    now < before || now > std::time::Instant::now()
}

impl std::ops::Add<Duration> for Moment {
    type Output = Self;

    #[inline]
    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(nanos(duration)))
    }
}
