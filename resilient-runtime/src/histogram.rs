//! Durations, counted for ever.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use once_cell::race::OnceBox;
use serde::{Serialize as _, Serializer};

use crate::buckets;

/// How often each duration came, to a sixteenth of itself, since the program began.
///
/// Four kilobytes, and a word for as long as nothing was recorded.
#[derive(Debug, Default)]
pub(crate) struct Histogram(OnceBox<Counts>);

#[derive(Debug)]
struct Counts {
    buckets: [AtomicU64; buckets::COUNT],
    /// In microseconds: nanoseconds of a few thousand waiting callers would overflow within a month.
    sum: AtomicU64,
    /// In nanoseconds.
    max: AtomicU64,
}

impl Counts {
    fn none() -> Box<Self> {
        Box::new(Self {
            buckets: [const { AtomicU64::new(0) }; buckets::COUNT],
            sum: AtomicU64::new(0),
            max: AtomicU64::new(0),
        })
    }
}

fn whole(count: u128) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

impl Histogram {
    pub(crate) fn record(&self, duration: Duration) {
        let counts = self.0.get_or_init(Counts::none);
        counts.buckets[buckets::index(duration)].fetch_add(1, Ordering::Relaxed);
        counts.sum.fetch_add(whole(duration.as_micros()), Ordering::Relaxed);
        let nanos = whole(duration.as_nanos());
        // Most are not the longest so far: these only read.
        if counts.max.load(Ordering::Relaxed) < nanos {
            counts.max.fetch_max(nanos, Ordering::Relaxed);
        }
    }

    pub(crate) fn snapshot(&self) -> HistogramSnapshot {
        let Some(counts) = self.0.get() else { return HistogramSnapshot::default() };
        let buckets: Vec<_> = counts
            .buckets
            .iter()
            .enumerate()
            .map(|(index, count)| (buckets::upper(index), count.load(Ordering::Relaxed)))
            .filter(|(_, count)| *count > 0)
            .collect();
        HistogramSnapshot {
            // Of the buckets, not counted beside them: the two then always agree.
            count: buckets.iter().map(|(_, count)| count).sum(),
            sum: Duration::from_micros(counts.sum.load(Ordering::Relaxed)),
            max: Duration::from_nanos(counts.max.load(Ordering::Relaxed)),
            buckets,
        }
    }
}

/// How often each duration came since the program began.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[non_exhaustive]
pub struct HistogramSnapshot {
    /// How many there were.
    pub count: u64,
    /// All of them together, in whole microseconds each; written as seconds.
    #[serde(serialize_with = "crate::seconds::serialize")]
    pub sum: Duration,
    /// The longest of them; written as seconds.
    #[serde(serialize_with = "crate::seconds::serialize")]
    pub max: Duration,
    /// How many were shorter than this, and no shorter than the edge of the next lower bucket, in ascending order;
    /// buckets that nothing fell into are left out. An edge is over what is counted below it by 6.25 % at most. What is
    /// shorter than a microsecond falls into the lowest, what is longer than 73 minutes into the highest. Written as
    /// `[seconds, count]`.
    #[serde(serialize_with = "serialize_buckets")]
    pub buckets: Vec<(Duration, u64)>,
}

impl HistogramSnapshot {
    /// A duration that the share `q` (0.0 to 1.0) of them does not exceed, at most 6.25 % too long; `None` if there were
    /// none.
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        let index = buckets::percentile(q * 100.0, self.buckets.iter().map(|(_, count)| *count))?;
        let (edge, _) = self.buckets[index];
        Some(edge.min(self.max))
    }
}

fn serialize_buckets<S: Serializer>(
    buckets: &[(Duration, u64)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let seconds: Vec<_> =
        buckets.iter().map(|(edge, count)| (edge.as_secs_f64(), *count)).collect();
    seconds.serialize(serializer)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn millis(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn nothing_recorded_costs_nothing_and_has_no_quantile() {
        let histogram = Histogram::default();
        let snapshot = histogram.snapshot();
        assert_eq!(snapshot, HistogramSnapshot::default());
        assert_eq!(snapshot.quantile(0.5), None);
        assert!(histogram.0.get().is_none());
        assert!(size_of::<Histogram>() <= 16);
    }

    #[test]
    fn counts_what_was_recorded() {
        let histogram = Histogram::default();
        for duration in [millis(10), millis(10), millis(300), Duration::ZERO, Duration::MAX] {
            histogram.record(duration);
        }
        let snapshot = histogram.snapshot();
        assert_eq!(snapshot.count, 5);
        assert_eq!(snapshot.max, Duration::from_nanos(u64::MAX));
        assert_eq!(
            snapshot.buckets.iter().map(|(_, count)| *count).collect::<Vec<_>>(),
            [1, 2, 1, 1]
        );
        let (edge, _) = snapshot.buckets[1];
        assert_eq!(snapshot.quantile(0.5), Some(edge));
        assert!(edge > millis(10) && edge <= Duration::from_micros(10_625));
        for q in [f64::NAN, f64::NEG_INFINITY, f64::INFINITY] {
            assert!(snapshot.quantile(q).is_some());
        }
    }

    proptest! {
        #[test]
        fn a_quantile_is_at_most_a_sixteenth_over_the_exact_one(
            mut micros in prop::collection::vec(2_u64..4_000_000_000, 1..200),
            q in 0.0_f64..=1.0,
        ) {
            let histogram = Histogram::default();
            for micros in &micros {
                histogram.record(Duration::from_micros(*micros));
            }
            micros.sort_unstable();
            let snapshot = histogram.snapshot();
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a rank among 200"
            )]
            let rank = ((q * 100.0 * micros.len() as f64 / 100.0).ceil() as usize).max(1);
            let exact = Duration::from_micros(micros[rank - 1]);
            let quantile = snapshot.quantile(q).unwrap();
            prop_assert!((exact..=exact.mul_f64(1.0625)).contains(&quantile), "{quantile:?} for {exact:?}");
            prop_assert_eq!(snapshot.sum, Duration::from_micros(micros.iter().sum()));
            prop_assert_eq!(snapshot.count, micros.len() as u64);
            prop_assert_eq!(snapshot.max, Duration::from_micros(micros[micros.len() - 1]));
        }
    }
}
