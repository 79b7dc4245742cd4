use std::{
    collections::BTreeMap,
    ops::Deref,
    sync::atomic::{AtomicU64, Ordering},
};

use once_cell::race::OnceBox;

use crate::{
    BreakerSnapshot, BudgetSnapshot, BulkheadSnapshot, CircuitBreaker, HistogramSnapshot,
    RateSnapshot, Rejection,
    guards::{Guards, KeyedBreakerSnapshot},
    histogram::Histogram,
    stripes::{Part, Stripes},
    thread_index::ThreadIndex,
};

/// How a call ended, for the books. Every call ends in exactly one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Success,
    Failure,
    Ignored,
    Rejected,
}

/// Why a call that failed is not retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GiveUp {
    NotRetryable,
    NotIdempotent,
    Attempts,
    Within,
    Deadline,
    Budget,
    BreakerOpen,
    Rejected,
}

impl GiveUp {
    const ALL: [Self; 8] = [
        Self::NotRetryable,
        Self::NotIdempotent,
        Self::Attempts,
        Self::Within,
        Self::Deadline,
        Self::Budget,
        Self::BreakerOpen,
        Self::Rejected,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NotRetryable => "not_retryable",
            Self::NotIdempotent => "not_idempotent",
            Self::Attempts => "attempts",
            Self::Within => "within",
            Self::Deadline => "deadline",
            Self::Budget => "budget",
            Self::BreakerOpen => "breaker_open",
            Self::Rejected => "rejected",
        }
    }
}

macro_rules! counters {
    (often: $($often:ident),+; seldom: $($seldom:ident),+;) => {
        /// The books of one method.
        ///
        /// They dereference to the line of the thread that asks, which has what calls count that go well, or are rejected.
        #[derive(Debug, Default)]
        pub(crate) struct Counters {
            lines: Stripes<Line>,
            $( pub(crate) $seldom: Counter, )+
            gave_up: OnceBox<[Counter; GiveUp::ALL.len()]>,
            pub(crate) delays: Histogram,
        }

        /// What the threads of one line have counted.
        #[derive(Debug)]
        pub(crate) struct Line {
            $( pub(crate) $often: Part, )+
        }

        impl From<ThreadIndex> for Line {
            fn from(owner: ThreadIndex) -> Self {
                Self { $( $often: Part::from(owner), )+ }
            }
        }
    };
}

counters! {
    // The first four lie in one line of the processor's cache.
    often: calls, attempts, successes, memory_hits, failures, retries, breaker_open, rate_limited;
    seldom: ignored, cancelled, bulkhead_full, timed_out, disk_hits, coalesced, cache_misses, fallbacks,
        fallbacks_failed, retried_successes, hedges, hedges_won, hedges_cancelled, loads, refreshes, stale_served,
        negative_hits, evicted_capacity, evicted_expired, evicted_invalidated, disk_errors;
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    #[inline]
    pub(crate) fn add(&self) {
        // In one order with what is counted in lines.
        self.0.fetch_add(1, Ordering::Release);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

impl Deref for Counters {
    type Target = Line;

    #[inline]
    fn deref(&self) -> &Line {
        self.line()
    }
}

impl Counters {
    /// The line of the thread that asks. A call that keeps it looks for it once.
    #[inline]
    pub(crate) fn line(&self) -> &Line {
        self.lines.mine()
    }

    pub(crate) fn rejected(&self, rejection: &Rejection) {
        match rejection {
            Rejection::BreakerOpen { .. } => self.breaker_open.add(),
            Rejection::TimedOut { .. } => self.timed_out.add(),
            Rejection::RateLimited { .. } => self.rate_limited.add(),
            Rejection::BulkheadFull { .. } => self.bulkhead_full.add(),
        }
    }

    pub(crate) fn gave_up(&self, reason: GiveUp) {
        self.gave_up.get_or_init(Box::default)[reason as usize].add();
    }

    pub(crate) fn snapshot(
        &self,
        name: crate::Name,
        own: Option<&Guards>,
        (entries, weight): (usize, u64),
    ) -> MethodSnapshot {
        let sum = |part: fn(&Line) -> &Part| self.lines.sum(part);
        // Fields are read in the order that they are written in: how calls ended, and only then how many began.
        MethodSnapshot {
            name,
            breaker: own.and_then(Guards::breaker).map(CircuitBreaker::snapshot),
            keyed_breakers: own.map(Guards::keyed_snapshot).unwrap_or_default(),
            rate: own.and_then(Guards::rate_snapshot),
            keyed_rate: own.and_then(Guards::keyed_rate_snapshot),
            bulkhead: own.and_then(Guards::bulkhead_snapshot),
            budget: own.and_then(Guards::budget_snapshot),
            successes: sum(|line| &line.successes),
            failures: sum(|line| &line.failures),
            ignored: self.ignored.get(),
            cancelled: self.cancelled.get(),
            rejected: RejectionCounts {
                breaker_open: sum(|line| &line.breaker_open),
                rate_limited: sum(|line| &line.rate_limited),
                bulkhead_full: self.bulkhead_full.get(),
                timed_out: self.timed_out.get(),
            },
            retries: sum(|line| &line.retries),
            attempts: sum(|line| &line.attempts),
            calls: sum(|line| &line.calls),
            memory_hits: sum(|line| &line.memory_hits),
            disk_hits: self.disk_hits.get(),
            coalesced: self.coalesced.get(),
            cache_misses: self.cache_misses.get(),
            cache: CacheSnapshot {
                loads: self.loads.get(),
                refreshes: self.refreshes.get(),
                stale: self.stale_served.get(),
                negative: self.negative_hits.get(),
                evicted: EvictionCounts {
                    capacity: self.evicted_capacity.get(),
                    expired: self.evicted_expired.get(),
                    invalidated: self.evicted_invalidated.get(),
                },
                entries,
                weight,
                disk_errors: self.disk_errors.get(),
            },
            fallbacks: self.fallbacks.get(),
            fallbacks_failed: self.fallbacks_failed.get(),
            retry: RetrySnapshot {
                succeeded: self.retried_successes.get(),
                gave_up: GiveUp::ALL
                    .into_iter()
                    .zip(self.gave_up.get().into_iter().flatten())
                    .map(|(reason, times)| (reason.as_str(), times.get()))
                    .filter(|(_, times)| *times > 0)
                    .collect(),
                delays: self.delays.snapshot(),
            },
            hedge: HedgeSnapshot {
                sent: self.hedges.get(),
                won: self.hedges_won.get(),
                cancelled: self.hedges_cancelled.get(),
            },
        }
    }
}

/// What one method has done since the program began.
///
/// Each call that has ended did so in exactly one way: `calls` is the sum of `successes`, `failures`, `ignored`,
/// `cancelled` and the counts of `rejected`, plus the calls that are under way, also where it is taken while others go on.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct MethodSnapshot {
    /// The method.
    pub name: crate::Name,
    /// Its own circuit breaker, where it does not share the service's.
    pub breaker: Option<BreakerSnapshot>,
    /// Those of its own keyed circuit breakers that are not idle.
    pub keyed_breakers: Vec<KeyedBreakerSnapshot>,
    /// Its own rate limiter, where it does not share the service's.
    pub rate: Option<RateSnapshot>,
    /// Its own keyed rate limiters, where it has such.
    pub keyed_rate: Option<crate::KeyedRateSnapshot>,
    /// Its own bulkhead, where it does not share the service's.
    pub bulkhead: Option<BulkheadSnapshot>,
    /// The budget of its own retries and hedges, where it does not share the service's.
    pub budget: Option<BudgetSnapshot>,
    /// Calls of the decorator.
    pub calls: u64,
    /// Calls of the method behind it.
    pub attempts: u64,
    /// Attempts after the first of a call.
    pub retries: u64,
    /// Calls that ended well, served from the cache included.
    pub successes: u64,
    /// Calls that ended with a failure of the service.
    pub failures: u64,
    /// Calls that ended with an error that does not speak against the service, such as a wrong request.
    pub ignored: u64,
    /// Calls that were dropped before they ended.
    pub cancelled: u64,
    /// Calls that ended with a rejection by a policy.
    pub rejected: RejectionCounts,
    /// Calls served from memory.
    pub memory_hits: u64,
    /// Calls served from disk.
    pub disk_hits: u64,
    /// Calls served by another call for the same value that was under way.
    pub coalesced: u64,
    /// Calls that found nothing in the cache.
    pub cache_misses: u64,
    /// What its caches have done besides, and hold.
    pub cache: CacheSnapshot,
    /// Calls that did not end well and were answered by a fallback.
    pub fallbacks: u64,
    /// Calls whose every fallback failed.
    pub fallbacks_failed: u64,
    /// What its retries came to.
    pub retry: RetrySnapshot,
    /// What its hedges came to.
    pub hedge: HedgeSnapshot,
}

/// What the retries of a method came to.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct RetrySnapshot {
    /// Calls that ended well after more than one attempt.
    pub succeeded: u64,
    /// Calls that failed and were not retried, or not again, by the reason: `not_retryable`, `not_idempotent`,
    /// `attempts`, `within`, `deadline`, `budget`, `breaker_open` or `rejected`. Reasons that never came up are left out.
    pub gave_up: BTreeMap<&'static str, u64>,
    /// The delays before retries.
    pub delays: HistogramSnapshot,
}

/// What the caches of a method have done, and hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct CacheSnapshot {
    /// Answers that were loaded and kept.
    pub loads: u64,
    /// Calls that set out to load an answer anew before it expired.
    pub refreshes: u64,
    /// Calls that failed and were served an answer that had expired.
    pub stale: u64,
    /// Calls that were served an error that was remembered.
    pub negative: u64,
    /// Answers that have left memory.
    pub evicted: EvictionCounts,
    /// Answers in the memory of all decorators; those that have expired and were not displaced yet included.
    pub entries: usize,
    /// How much those weigh together; as much as they are many, where nothing says what one weighs.
    pub weight: u64,
    /// Answers that were damaged on disk, or could not be brought there.
    pub disk_errors: u64,
}

/// Why answers have left memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[non_exhaustive]
pub struct EvictionCounts {
    /// While they were fresh, to make place for others.
    pub capacity: u64,
    /// After they had expired: for a newer answer, or to make place for others.
    pub expired: u64,
    /// By an invalidation.
    pub invalidated: u64,
}

/// What the hedges of a method came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct HedgeSnapshot {
    /// Hedges that were sent.
    pub sent: u64,
    /// Hedges that answered first.
    pub won: u64,
    /// Requests, hedges and first ones, that were dropped because another one had answered.
    pub cancelled: u64,
}

/// How many calls each policy rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[non_exhaustive]
pub struct RejectionCounts {
    /// By an open breaker.
    pub breaker_open: u64,
    /// By the rate limiter.
    pub rate_limited: u64,
    /// By the bulkhead.
    pub bulkhead_full: u64,
    /// Because the call's time was up before the method was called.
    pub timed_out: u64,
}

impl RejectionCounts {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.breaker_open + self.rate_limited + self.bulkhead_full + self.timed_out
    }
}

#[cfg(all(test, not(resilient_loom)))]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_snapshot_never_shows_more_ends_than_calls_nor_less_than_the_one_before() {
        const CALLS: u64 = 20_000;
        let counters = Counters::default();
        let call = |end: &dyn Fn()| {
            for _ in 0..CALLS {
                counters.calls.add();
                end();
            }
        };
        let numbers = || {
            let MethodSnapshot { calls, successes, cancelled, .. } =
                counters.snapshot("call".into(), None, (0, 0));
            [calls, successes, cancelled]
        };
        thread::scope(|scope| {
            scope.spawn(|| call(&|| counters.successes.add()));
            scope.spawn(|| call(&|| counters.cancelled.add()));
            let mut before = [0; 3];
            while before[0] < 2 * CALLS {
                let now = numbers();
                assert!(now[0] >= now[1] + now[2], "{now:?}");
                assert!(now.iter().zip(before).all(|(now, before)| *now >= before));
                before = now;
            }
        });
        assert_eq!(numbers(), [2 * CALLS, CALLS, CALLS]);
    }
}
