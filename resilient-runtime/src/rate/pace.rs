//! The arithmetic of a token bucket: no clock, no lock, no runtime.

use std::time::Duration;

use crate::clock::{Moment, START};

/// The rate and the depth of a token bucket, which is kept as the *generic cell rate algorithm* (ITU-T I.371): one
/// number, the time at which the bucket would be full again if nothing more were taken, instead of a token count that
/// must be refilled.
///
/// Times are counted in ticks: nanoseconds, down to sixteenths of one where tokens come fast, or coarser where the bucket
/// takes years to fill. The interval of a token is rounded up, so a rate is never exceeded, and missed by less than one
/// token in a billion up to 16 a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pace {
    /// The ticks that one token takes to come.
    interval: u64,
    /// The ticks that an empty bucket takes to fill.
    depth: u64,
    burst: u32,
    /// Ticks are 2^-`scale` nanoseconds.
    scale: i8,
}

/// A clock that stepped back by more than this is not one that was read a little earlier.
pub(super) const STEP: Duration = Duration::from_secs(1);

/// Where ticks are counted from: some weeks before the clock's own beginning, for clocks of another runtime.
const ORIGIN: u64 = START - (1 << 52);

/// No time is later, so that its sum with a depth never overflows, and one bit of a word is free. In sixteenths of a
/// nanosecond that is nine years after the process began.
const LAST: u64 = 1 << 62;

impl Pace {
    pub(super) fn new(limit: f64, per: Duration, burst: u32) -> Self {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a relative error of 2^-53 is a second in 285 million years"
        )]
        let nanos = per.as_nanos() as f64 / limit;
        let fill = nanos * f64::from(burst);
        let mut scale: i8 = 0;
        while scale < 4 && nanos * f64::from(scale).exp2() < 2_f64.powi(30) {
            scale += 1;
        }
        while fill * f64::from(scale).exp2() > 2_f64.powi(58) {
            scale -= 1;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "validated: positive, and less than 2^58 by the scale"
        )]
        let interval = (nanos * f64::from(scale).exp2()).ceil().max(1.0) as u64;
        let depth = interval.saturating_mul(u64::from(burst)).min(LAST / 4);
        Self { interval, depth, burst, scale }
    }

    /// The most tokens that are ever there at once.
    pub(super) fn burst(&self) -> u32 {
        self.burst
    }

    pub(super) fn ticks(&self, moment: Moment) -> u64 {
        self.ticks_of(moment.nanos().saturating_sub(ORIGIN))
    }

    fn ticks_of(&self, nanos: u64) -> u64 {
        let scale = u32::from(self.scale.unsigned_abs());
        if self.scale < 0 { nanos >> scale } else { nanos.min(LAST >> scale) << scale }
    }

    /// Rounded up: a waiter that comes back must find its token.
    fn duration(&self, ticks: u64) -> Duration {
        let scale = u32::from(self.scale.unsigned_abs());
        Duration::from_nanos(if self.scale < 0 {
            ticks.saturating_mul(1_u64.checked_shl(scale).unwrap_or(u64::MAX))
        } else {
            ticks.div_ceil(1 << scale)
        })
    }

    fn cost(&self, tokens: u64) -> u64 {
        self.interval.saturating_mul(tokens)
    }

    /// The next `full_at`, where `tokens` are there.
    pub(super) fn take(&self, full_at: u64, tokens: u32, now: u64) -> Option<u64> {
        let next = full_at.max(now).saturating_add(self.cost(tokens.into()));
        (next <= now + self.depth).then_some(next)
    }

    /// How long until the last of `tokens` is there, if nobody else takes any.
    pub(super) fn wait(&self, full_at: u64, tokens: u64, now: u64) -> Duration {
        let next = full_at.max(now).saturating_add(self.cost(tokens));
        self.duration(next.saturating_sub(self.depth).saturating_sub(now))
    }

    /// The `full_at` of a bucket that has no token at `now`, and gets its next one just then.
    pub(super) fn single(&self, now: u64) -> u64 {
        now + self.depth - self.interval
    }

    /// How many tokens can be put back in one generation.
    ///
    /// A token that comes back is as if it had never been taken, and then the bucket might have run over meanwhile: what
    /// came after it would be a larger burst. So long as each later taker finds that many tokens missing, it can't have.
    pub(super) fn returnable(&self) -> u32 {
        self.burst.div_ceil(2)
    }

    /// Whether one who takes a token now ends the generation, for fewer than [`returnable`](Self::returnable) tokens are
    /// missing: those that were taken before stay taken.
    pub(super) fn is_turn(&self, full_at: u64, now: u64) -> bool {
        full_at.saturating_sub(now) < self.cost(self.returnable().into())
    }

    /// What a token that is not used is put back into.
    pub(super) fn give_back(&self, full_at: u64, tokens: u32) -> u64 {
        full_at.saturating_sub(self.cost(tokens.into()))
    }

    /// Whole tokens that are there.
    pub(super) fn available(&self, full_at: u64, now: u64) -> u32 {
        let free = (now + self.depth).saturating_sub(full_at.max(now));
        u32::try_from(free / self.interval).unwrap_or(u32::MAX)
    }

    /// With a clock that only goes forward the bucket is never emptier than empty. After one that stepped back it
    /// would seem so, and stall for as long as the step: it counts as empty instead.
    pub(super) fn bound(&self, full_at: u64, now: u64) -> u64 {
        let empty = now + self.depth;
        let step = self.ticks_of(u64::try_from(STEP.as_nanos()).unwrap_or(u64::MAX));
        if full_at > empty + step { empty } else { full_at }
    }

    /// The `full_at` of a bucket of this pace that misses as many tokens, or parts of one, as that of `before` does.
    ///
    /// Those it would have to spare over its own burst are lost.
    pub(super) fn follow(&self, before: &Self, full_at: u64, now: Moment) -> u64 {
        let missing = u128::from(full_at.saturating_sub(before.ticks(now)));
        // A larger bucket is not fuller than it was.
        let grown = u128::from(self.burst.saturating_sub(before.burst));
        let interval = u128::from(self.interval);
        let cost = (missing * interval).div_ceil(u128::from(before.interval)) + grown * interval;
        let cost = u64::try_from(cost).unwrap_or(u64::MAX).min(self.depth);
        self.ticks(now).saturating_add(cost)
    }
}

#[cfg(all(test, not(resilient_loom)))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn at(duration: Duration) -> Moment {
        Moment::at(duration)
    }

    #[test]
    fn an_interval_is_never_shorter_than_the_rate_says() {
        for limit in [3_u32, 7, 11, 1_000_003] {
            let pace = Pace::new(limit.into(), SECOND, 1);
            let second = SECOND.as_nanos() << pace.scale;
            assert!(u128::from(pace.interval) * u128::from(limit) >= second, "{limit}");
        }
    }

    /// A bucket by itself.
    struct Bucket(Pace, u64);

    impl Bucket {
        fn new(limit: f64, burst: u32) -> Self {
            Self(Pace::new(limit, SECOND, burst), 0)
        }

        fn take(&mut self, tokens: u32, now: Moment) -> Result<(), Duration> {
            let now = self.0.ticks(now);
            self.1 = self.0.bound(self.1, now);
            let wait = self.0.wait(self.1, tokens.into(), now);
            self.1 = self.0.take(self.1, tokens, now).ok_or(wait)?;
            Ok(())
        }

        fn available(&self, now: Moment) -> u32 {
            self.0.available(self.1, self.0.ticks(now))
        }
    }

    #[test]
    fn gives_its_burst_and_then_one_per_interval() {
        let mut bucket = Bucket::new(0.5, 2);
        let start = at(SECOND);
        assert_eq!(bucket.available(start), 2);
        assert_eq!(bucket.take(1, start), Ok(()));
        assert_eq!(bucket.available(start), 1);
        assert_eq!(bucket.take(2, start), Err(2 * SECOND));
        assert_eq!(bucket.take(1, start), Ok(()));
        assert_eq!(bucket.take(1, start), Err(2 * SECOND));
        assert_eq!(bucket.0.wait(bucket.1, 4, bucket.0.ticks(start)), 8 * SECOND);
        assert_eq!(bucket.take(1, start + 2 * SECOND), Ok(()));
        assert_eq!(bucket.available(start + 3 * SECOND), 0);
    }

    #[test]
    fn fractional_rates_keep_exact_over_hours() {
        for (limit, expected) in [(0.2, 2_000), (1.0 / 3.0, 3_333), (3.0, 30_000), (7.0, 70_000)] {
            let mut bucket = Bucket::new(limit, 1);
            let mut now = at(SECOND);
            let end = now + 10_000 * SECOND;
            let mut taken = 0;
            while now < end {
                match bucket.take(1, now) {
                    Ok(()) => taken += 1,
                    Err(wait) => now = now + wait,
                }
            }
            assert!((expected..=expected + 1).contains(&taken), "{limit}: {taken}");
        }
    }

    #[test]
    fn a_clock_that_steps_back_stalls_for_one_interval_at_most() {
        let mut bucket = Bucket::new(1.0, 1);
        assert_eq!(bucket.take(1, at(10_000 * SECOND)), Ok(()));
        assert_eq!(bucket.take(1, at(SECOND)), Err(SECOND));
        assert_eq!(bucket.take(1, at(2 * SECOND)), Ok(()));
    }

    #[test]
    fn rates_of_every_size_give_their_burst_and_no_more() {
        let century = resilient_policy::duration::LONGEST;
        for (limit, per, burst) in [
            (1e9, SECOND, 1),
            (1e9, SECOND, u32::MAX),
            (1.0, century, 1),
            (1.0, century, 50),
            (1.0, century, u32::MAX),
            (0.2, SECOND, u32::MAX),
        ] {
            let pace = Pace::new(limit, per, burst);
            let now = pace.ticks(at(SECOND));
            assert_eq!(pace.available(0, now), burst, "{limit} in {per:?}");
            let full_at = pace.take(0, burst, now).expect("all of them");
            assert_eq!(pace.available(full_at, now), 0);
            assert_eq!(pace.take(full_at, 1, now), None, "{limit} in {per:?}");
            let wait = pace.wait(full_at, 1, now).as_secs_f64();
            let expected = per.as_secs_f64() / limit;
            assert!((wait / expected - 1.0).abs() < 1e-6 || wait - expected < 1e-9, "{wait}");
        }
    }

    proptest! {
        #[test]
        fn never_admits_more_than_burst_plus_rate_times_time(
            limit in 0.01_f64..5_000.0,
            burst in 1_u32..50,
            gaps in prop::collection::vec((0_u64..2_000_000_000, 1_u32..4), 1..300),
        ) {
            let mut bucket = Bucket::new(limit, burst);
            let mut elapsed = Duration::ZERO;
            let mut admitted = 0_u32;
            for (gap, tokens) in gaps {
                elapsed += Duration::from_nanos(gap);
                let before = bucket.available(at(elapsed));
                let taken = bucket.take(tokens, at(elapsed)).is_ok();
                prop_assert_eq!(taken, before >= tokens);
                admitted += u32::from(taken) * tokens;
                prop_assert!(f64::from(admitted) <= f64::from(burst) + limit * elapsed.as_secs_f64() + 1e-6);
            }
        }

        #[test]
        fn a_token_is_there_when_it_was_promised(limit in 0.01_f64..1e9, burst in 1_u32..50, takes in 1_u32..200) {
            let mut bucket = Bucket::new(limit, burst);
            let mut now = at(SECOND);
            for _ in 0..takes {
                if let Err(wait) = bucket.take(1, now) {
                    now = now + wait;
                    prop_assert_eq!(bucket.take(1, now), Ok(()));
                }
            }
        }

        #[test]
        fn a_change_of_pace_neither_makes_nor_loses_tokens(
            limits in (0.1_f64..1_000.0, 0.1_f64..1_000.0),
            burst in 1_u32..50,
            taken in 0_u32..50,
        ) {
            let now = at(SECOND);
            let (before, after) = (Pace::new(limits.0, SECOND, burst), Pace::new(limits.1, SECOND, burst));
            let taken = taken.min(burst);
            let full_at = before.take(0, taken, before.ticks(now)).expect("no more than there are");
            let full_at = after.follow(&before, full_at, now);
            prop_assert_eq!(after.available(full_at, after.ticks(now)), burst - taken);
        }
    }
}
