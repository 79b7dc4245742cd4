//! The limiter's arithmetic: no clock, no lock, no runtime; time comes in as an argument.

use std::time::Duration;

use resilient_policy::RateSettings;

use crate::clock::Moment;

/// A token bucket, kept as the *generic cell rate algorithm* (ITU-T I.371): one number, the time at which the bucket
/// would be full again if nothing more were taken, instead of a token count that must be refilled.
///
/// In units of 2^-32 nanoseconds, so that a rate such as 3 per second keeps exact over years.
#[derive(Debug)]
pub(crate) struct Bucket {
    full_at: u128,
    /// The time that one token takes to come.
    interval: u128,
    /// How far `full_at` may lie ahead for one more token to be there.
    tolerance: u128,
    /// When the service wants to be asked again, and how long a pause it asked for; zero where it asked for none.
    paused_until: u128,
    paused_for: u128,
}

const FRACTION: u32 = 32;

fn ticks(moment: Moment) -> u128 {
    u128::from(moment.nanos()) << FRACTION
}

fn duration(ticks: u128) -> Duration {
    // Rounded up: a waiter that comes back must find its token.
    let nanos = ticks.div_ceil(1 << FRACTION);
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

impl Bucket {
    pub(crate) fn new(settings: &RateSettings) -> Self {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a relative error of 2^-53 is a second in 285 million years"
        )]
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "validated: positive and finite"
        )]
        let interval = ((settings.per.as_nanos() << FRACTION) as f64 / settings.limit)
            .round()
            .max(1.0) as u128;
        Self {
            full_at: 0,
            interval,
            tolerance: interval.saturating_mul(u128::from(settings.burst - 1)),
            paused_until: 0,
            paused_for: 0,
        }
    }

    /// Takes a token, or says how long until there is one.
    pub(crate) fn take(&mut self, now: Moment) -> Result<(), Duration> {
        let now = ticks(now);
        self.bound(now);
        let allowed_at = self.full_at.saturating_sub(self.tolerance).max(self.paused_until);
        if allowed_at > now {
            return Err(duration(allowed_at - now));
        }
        self.full_at = self.full_at.max(now) + self.interval;
        Ok(())
    }

    /// Lets no token go for so long, unless it pauses for longer already.
    pub(crate) fn pause(&mut self, length: Duration, now: Moment) {
        let until = ticks(now + length);
        let now = ticks(now);
        self.bound(now);
        if until > self.paused_until {
            (self.paused_until, self.paused_for) = (until, until - now);
        }
    }

    /// Puts a token back that was taken and not used.
    pub(crate) fn give_back(&mut self) {
        self.full_at = self.full_at.saturating_sub(self.interval);
    }

    /// How long until the token after `ahead` others is there.
    pub(crate) fn wait_behind(&mut self, ahead: u32, now: Moment) -> Duration {
        let now = ticks(now);
        self.bound(now);
        // After a pause the first token comes alone.
        let paused = if self.paused_until > now { self.paused_until + self.tolerance } else { 0 };
        let full_at = self
            .full_at
            .max(now)
            .max(paused)
            .saturating_add(self.interval.saturating_mul(u128::from(ahead)));
        duration(full_at.saturating_sub(self.tolerance).saturating_sub(now))
    }

    /// Whole tokens that are there.
    pub(crate) fn available(&mut self, now: Moment) -> u32 {
        let now = ticks(now);
        self.bound(now);
        if self.paused_until > now {
            return 0;
        }
        let free = (now + self.tolerance + self.interval).saturating_sub(self.full_at.max(now));
        u32::try_from(free / self.interval).unwrap_or(u32::MAX)
    }

    /// With a clock that only goes forward the bucket is never emptier than empty. After one that stepped back it
    /// would seem so, and stall for as long as the step: it counts as empty instead.
    fn bound(&mut self, now: u128) {
        self.full_at = self.full_at.min(now + self.tolerance + self.interval);
        self.paused_until = self.paused_until.min(now + self.paused_for);
        if self.paused_until <= now && self.paused_until > 0 {
            // The tokens of the pause did not gather: a service that asked for patience gets no burst at its end.
            self.full_at = self.full_at.max(self.paused_until + self.tolerance);
            (self.paused_until, self.paused_for) = (0, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use resilient_policy::RateConfig;

    use super::*;

    fn bucket(limit: f64, burst: u32) -> Bucket {
        Bucket::new(&RateConfig::new().limit(limit).burst(burst).settings())
    }

    fn at(duration: Duration) -> Moment {
        Moment::at(duration)
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn gives_its_burst_and_then_one_per_interval() {
        let mut bucket = bucket(0.5, 2);
        let start = at(SECOND);
        assert_eq!(bucket.available(start), 2);
        assert_eq!(bucket.take(start), Ok(()));
        assert_eq!(bucket.available(start), 1);
        assert_eq!(bucket.take(start), Ok(()));
        assert_eq!(bucket.take(start), Err(2 * SECOND));
        assert_eq!(bucket.wait_behind(3, start), 8 * SECOND);
        assert_eq!(bucket.take(start + 2 * SECOND), Ok(()));
        assert_eq!(bucket.available(start + 3 * SECOND), 0);
    }

    #[test]
    fn fractional_rates_keep_exact_over_hours() {
        for (limit, expected) in [(0.2, 2_000), (1.0 / 3.0, 3_333), (3.0, 30_000), (7.0, 70_000)] {
            let mut bucket = bucket(limit, 1);
            let mut now = at(SECOND);
            let end = now + 10_000 * SECOND;
            let mut taken = 0;
            while now < end {
                match bucket.take(now) {
                    Ok(()) => taken += 1,
                    Err(wait) => now = now + wait,
                }
            }
            assert!((expected..=expected + 1).contains(&taken), "{limit}: {taken}");
        }
    }

    #[test]
    fn a_clock_that_steps_back_stalls_for_one_interval_at_most() {
        let mut bucket = bucket(1.0, 1);
        assert_eq!(bucket.take(at(10_000 * SECOND)), Ok(()));
        assert_eq!(bucket.take(at(SECOND)), Err(SECOND));
        assert_eq!(bucket.take(at(2 * SECOND)), Ok(()));
    }

    #[test]
    fn a_pause_holds_every_token_back_and_ends_without_a_burst() {
        let mut bucket = bucket(1.0, 5);
        assert_eq!(bucket.take(at(SECOND)), Ok(()));
        bucket.pause(10 * SECOND, at(SECOND));
        bucket.pause(2 * SECOND, at(SECOND));
        assert_eq!(bucket.available(at(SECOND)), 0);
        assert_eq!(bucket.take(at(3 * SECOND)), Err(8 * SECOND));
        assert_eq!(bucket.wait_behind(2, at(3 * SECOND)), 10 * SECOND);
        assert_eq!(bucket.available(at(11 * SECOND)), 1);
        assert_eq!(bucket.take(at(11 * SECOND)), Ok(()));
        assert_eq!(bucket.take(at(11 * SECOND)), Err(SECOND));
        assert_eq!(bucket.available(at(100 * SECOND)), 5, "later it is as before");
    }

    #[test]
    fn a_pause_survives_a_clock_that_steps_back_for_its_own_length_at_most() {
        let mut bucket = bucket(1.0, 1);
        bucket.pause(10 * SECOND, at(10_000 * SECOND));
        assert_eq!(bucket.take(at(5 * SECOND)), Err(10 * SECOND));
        assert_eq!(bucket.take(at(15 * SECOND)), Ok(()));
    }

    proptest! {
        #[test]
        fn never_admits_more_than_burst_plus_rate_times_time(
            limit in 0.01_f64..5_000.0,
            burst in 1_u32..50,
            gaps in prop::collection::vec(0_u64..2_000_000_000, 1..300),
        ) {
            let mut bucket = bucket(limit, burst);
            let mut elapsed = Duration::ZERO;
            let mut admitted = 0_u32;
            for gap in gaps {
                elapsed += Duration::from_nanos(gap);
                let before = bucket.available(at(elapsed));
                let taken = bucket.take(at(elapsed)).is_ok();
                prop_assert_eq!(taken, before > 0);
                admitted += u32::from(taken);
                prop_assert!(f64::from(admitted) <= f64::from(burst) + limit * elapsed.as_secs_f64() + 1e-6);
            }
        }

        #[test]
        fn a_token_is_there_when_it_was_promised(limit in 0.01_f64..1e9, burst in 1_u32..50, takes in 1_u32..200) {
            let mut bucket = bucket(limit, burst);
            let mut now = at(SECOND);
            for _ in 0..takes {
                if let Err(wait) = bucket.take(now) {
                    prop_assert_eq!(bucket.wait_behind(0, now), wait);
                    now = now + wait;
                    prop_assert_eq!(bucket.take(now), Ok(()));
                }
            }
        }
    }
}
