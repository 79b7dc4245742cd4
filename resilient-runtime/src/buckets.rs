//! The buckets that durations are counted in: log-linear, sixteen to each power of two.
//!
//! The arithmetic is that of Gil Tene's `HdrHistogram`: a value's leading bits name its bucket. In nanoseconds, from
//! 2^10 (about a microsecond) to 2^42 (about an hour and a quarter); what is shorter or longer counts as just that.

use std::time::Duration;

/// How many there are.
pub(crate) const COUNT: usize = ((LONGEST - SHORTEST) << SUB) as usize + 1;

/// Powers of two.
const SHORTEST: u32 = 10;
const LONGEST: u32 = 42;
/// 2^4 buckets to each power of two: none is wider than a sixteenth, 6.25 %, of what is counted in it.
const SUB: u32 = 4;

/// The bucket of a duration.
pub(crate) fn index(duration: Duration) -> usize {
    let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX).min((1 << LONGEST) - 1);
    if nanos < 1 << SHORTEST {
        return 0;
    }
    let power = nanos.ilog2();
    // Between 16 and 31.
    let leading = nanos >> (power - SUB);
    let within = leading as usize - (1 << SUB);
    1 + (((power - SHORTEST) as usize) << SUB) + within
}

/// The upper edge of a bucket: more than every duration in it, and by a sixteenth of that at most, where the duration
/// lies between the shortest and the longest that are told apart.
///
/// More, not as much: a timeout that follows timeouts of its own length then grows, whatever its factor.
pub(crate) fn upper(index: usize) -> Duration {
    let Some(above) = index.checked_sub(1) else {
        return Duration::from_nanos(1 << SHORTEST);
    };
    let above = above.min(COUNT - 2);
    let power = SHORTEST as usize + (above >> SUB);
    let leading = (1 << SUB) + (above & ((1 << SUB) - 1)) as u64;
    Duration::from_nanos((leading + 1) << (power - SUB as usize))
}

/// The bucket of the `percentile`th (0 to 100) of the durations that were counted, by nearest rank; `None` if there were
/// none.
pub(crate) fn percentile(
    percentile: f64,
    counts: impl Iterator<Item = u64> + Clone,
) -> Option<usize> {
    let total = counts.clone().fold(0_u64, u64::saturating_add);
    #[expect(clippy::cast_precision_loss, reason = "a rank among 2^53")]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates, and what is no number becomes the lowest rank"
    )]
    let rank = ((percentile * total as f64 / 100.0).ceil() as u64).clamp(1, total.max(1));
    let mut seen = 0_u64;
    counts.into_iter().position(|count| {
        seen = seen.saturating_add(count);
        seen >= rank
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn they_lie_side_by_side() {
        assert_eq!(COUNT, 513);
        for bucket in 0..COUNT - 1 {
            let edge = upper(bucket);
            assert_eq!(index(edge.saturating_sub(Duration::from_nanos(1))), bucket);
            assert_eq!(index(edge), bucket + 1);
        }
        assert_eq!(index(Duration::ZERO), 0);
        assert_eq!(index(Duration::MAX), COUNT - 1);
        assert_eq!(upper(COUNT - 1), Duration::from_nanos(1 << LONGEST));
        assert_eq!(upper(usize::MAX), upper(COUNT - 1));
    }

    #[test]
    fn nothing_counted_has_no_percentile() {
        assert_eq!(percentile(50.0, [0; 3].into_iter()), None);
        for no_number in [f64::NAN, f64::NEG_INFINITY, -1.0, 0.0] {
            assert_eq!(percentile(no_number, [0, 1, 1].into_iter()), Some(1));
        }
        assert_eq!(percentile(f64::INFINITY, [0, 1, u64::MAX].into_iter()), Some(2));
    }

    proptest! {
        #[test]
        fn an_upper_edge_is_within_a_sixteenth(nanos in (1_u64 << SHORTEST)..1 << LONGEST) {
            let duration = Duration::from_nanos(nanos);
            let edge = upper(index(duration));
            prop_assert!(edge > duration);
            prop_assert!(edge <= duration + duration / 16 + Duration::from_nanos(1));
        }
    }
}
