use std::time::Duration;

use resilient_policy::{RateAdaptation, RateAlgorithm};

use super::Priority;
use crate::{
    stripes::{Part, Stripes},
    sync::{AtomicU64, Ordering},
    thread_index::ThreadIndex,
};

/// What a rate limiter is at, at one moment.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct RateSnapshot {
    /// Requests that may leave in each `per` at present: the configured limit, what
    /// [`set_limit`](super::RateLimiter::set_limit) made of it, or where an adaptive rate is.
    pub limit: f64,
    /// The time that `limit` is counted over; in seconds where it is serialized.
    #[serde(serialize_with = "crate::seconds::serialize")]
    pub per: Duration,
    /// Requests that may leave at once after a quiet time.
    pub burst: u32,
    /// How requests are counted.
    pub algorithm: RateAlgorithm,
    /// How the limit follows the service.
    pub adaptive: RateAdaptation,
    /// Tokens that are there now for a call that comes now.
    pub available: u32,
    /// Calls that wait for theirs.
    pub waiting: u32,
    /// The same by priority.
    pub waiting_by_priority: ByPriority<u32>,
    /// How long a call of normal priority that came now would wait; in seconds where it is serialized.
    #[serde(serialize_with = "crate::seconds::serialize")]
    pub next_slot: Duration,
    /// What became of those that asked so far.
    pub counts: RateCounts,
}

/// The keyed rate limiters of a service or a method, at one moment.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct KeyedRateSnapshot {
    /// Requests of one key that may leave in each `per`, as configured.
    pub limit: f64,
    /// The time that `limit` is counted over; in seconds where it is serialized.
    #[serde(serialize_with = "crate::seconds::serialize")]
    pub per: Duration,
    /// Requests of one key that may leave at once after a quiet time.
    pub burst: u32,
    /// Keys that have a limiter; some of them may be idle.
    pub keys: usize,
    /// What became of those that asked so far, whatever their key.
    pub counts: RateCounts,
}

/// What became of those that asked a rate limiter, by priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[non_exhaustive]
pub struct RateCounts {
    /// Tokens that were taken and not given back.
    pub admitted: ByPriority<u64>,
    /// Requests whose slot lay too far away, or for whom the queue had no room.
    pub rejected: ByPriority<u64>,
    /// Requests that waited and had to go for one of a higher priority.
    pub shed: ByPriority<u64>,
}

/// Something of each priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[non_exhaustive]
pub struct ByPriority<T> {
    /// Of [`Priority::Critical`].
    pub critical: T,
    /// Of [`Priority::High`].
    pub high: T,
    /// Of [`Priority::Normal`].
    pub normal: T,
    /// Of [`Priority::Low`].
    pub low: T,
}

impl<T> ByPriority<T> {
    /// That of one of them.
    pub fn of(&self, priority: Priority) -> &T {
        match priority {
            Priority::Critical => &self.critical,
            Priority::High => &self.high,
            Priority::Normal => &self.normal,
            Priority::Low => &self.low,
        }
    }
}

impl ByPriority<u64> {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.critical + self.high + self.normal + self.low
    }
}

impl<T> From<[T; 4]> for ByPriority<T> {
    fn from([critical, high, normal, low]: [T; 4]) -> Self {
        Self { critical, high, normal, low }
    }
}

/// The books of a limiter, or of all keys of one.
#[derive(Debug)]
pub(super) struct Counts {
    pub(super) admitted: Admitted,
    pub(super) rejected: Counted,
    pub(super) shed: Counted,
}

/// Tokens of each priority that were taken and not given back: what each request counts, in a line for each thread.
#[derive(Debug, Default)]
pub(super) struct Admitted {
    taken: Stripes<Line>,
    given_back: Counted,
}

#[derive(Debug)]
struct Line([Part; 4]);

impl From<ThreadIndex> for Line {
    fn from(owner: ThreadIndex) -> Self {
        Self([(); 4].map(|()| Part::from(owner)))
    }
}

impl Admitted {
    #[inline]
    pub(super) fn add(&self, priority: Priority, count: u32) {
        self.taken.mine().0[priority.class()].add_many(count.into());
    }

    pub(super) fn take_back(&self, priority: Priority, count: u32) {
        self.given_back.add(priority, count);
    }

    fn get(&self) -> ByPriority<u64> {
        let given_back = self.given_back.load();
        let left = |class| self.taken.sum(|line: &Line| &line.0[class]) - given_back[class];
        ByPriority::from(std::array::from_fn(left))
    }
}

/// A number for each priority.
#[derive(Debug)]
pub(super) struct Counted([AtomicU64; 4]);

impl Default for Counted {
    fn default() -> Self {
        Self(std::array::from_fn(|_| AtomicU64::new(0)))
    }
}

impl Counted {
    pub(super) fn add(&self, priority: Priority, count: u32) {
        // What is given back was taken before, and is to be found there.
        self.0[priority.class()].fetch_add(count.into(), Ordering::Release);
    }

    fn load(&self) -> [u64; 4] {
        std::array::from_fn(|class| self.0[class].load(Ordering::Acquire))
    }

    fn get(&self) -> ByPriority<u64> {
        ByPriority::from(self.load())
    }
}

impl Counts {
    pub(super) fn new() -> Self {
        Self {
            admitted: Admitted::default(),
            rejected: Counted::default(),
            shed: Counted::default(),
        }
    }

    pub(super) fn get(&self) -> RateCounts {
        RateCounts {
            admitted: self.admitted.get(),
            rejected: self.rejected.get(),
            shed: self.shed.get(),
        }
    }
}
