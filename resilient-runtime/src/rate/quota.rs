//! What a limiter may let through: its bucket, its window, and the pause that the service asked for.

use std::time::Duration;

use resilient_policy::{RateAlgorithm, RateSettings};

use super::{pace::Pace, window::Window};
use crate::clock::Moment;

/// A plain state machine: time comes in as an argument.
#[derive(Debug)]
pub(super) struct Quota {
    limit: f64,
    per: Duration,
    pace: Option<Pace>,
    /// When the bucket is full again, in the pace's ticks.
    full_at: u64,
    /// See [`Pace::is_turn`].
    generation: u64,
    /// The generation in which tokens were last put back, and how many were.
    returned: (u64, u32),
    window: Option<Window>,
    pause: Option<Pause>,
    /// Whether the pace is not the one that it began with.
    changed: bool,
}

#[derive(Debug, Clone, Copy)]
struct Pause {
    until: Moment,
    length: Duration,
}

/// Tokens that were taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a token that is not used is given back"]
pub(crate) struct Token {
    pub(super) tokens: u32,
    pub(super) at: Moment,
    /// The state of the bucket afterwards.
    pub(super) next: u64,
    pub(super) generation: u64,
}

/// The pace of a limiter that nothing but a bucket limits.
pub(super) fn pace(settings: &RateSettings) -> Option<Pace> {
    (settings.algorithm != RateAlgorithm::SlidingWindow)
        .then(|| Pace::new(settings.limit, settings.per, settings.burst))
}

impl Quota {
    pub(super) fn new(settings: &RateSettings) -> Self {
        let windowed = settings.algorithm != RateAlgorithm::TokenBucket;
        Self {
            limit: settings.limit,
            per: settings.per,
            pace: pace(settings),
            full_at: 0,
            generation: 0,
            returned: (0, 0),
            window: windowed.then(|| Window::new(whole(settings.limit), settings.per)),
            pause: None,
            changed: false,
        }
    }

    /// The state of the bucket: what is kept outside of the lock.
    pub(super) fn bucket(&self) -> (u64, u64) {
        (self.full_at, self.generation)
    }

    pub(super) fn set_bucket(&mut self, full_at: u64, generation: u64) {
        (self.full_at, self.generation) = (full_at, generation);
    }

    /// Whether the bucket of the first pace alone says who may go.
    pub(super) fn is_plain(&self) -> bool {
        !self.changed && self.window.is_none() && self.pause.is_none()
    }

    /// Whether it is as good as new.
    pub(super) fn is_idle(&mut self, now: Moment) -> bool {
        self.turn(now);
        let full = self.pace.is_none_or(|pace| self.full_at <= pace.ticks(now));
        let empty = self.window.as_ref().is_none_or(Window::is_empty);
        full && empty && self.pause.is_none() && !self.changed
    }

    /// The requests in each `per` at present.
    pub(super) fn limit(&self) -> f64 {
        self.limit
    }

    /// The most that may ever leave at once.
    pub(super) fn burst(&self) -> u32 {
        let burst = self.pace.map_or(u32::MAX, |pace| pace.burst());
        self.window.as_ref().map_or(burst, |window| window.limit().min(burst))
    }

    /// Brings everything to the present; before each other step.
    pub(super) fn turn(&mut self, now: Moment) {
        if let Some(window) = &mut self.window {
            window.turn(now);
        }
        if let Some(pause) = &mut self.pause {
            // After a clock that stepped back it lasts no longer than it was asked for.
            pause.until = pause.until.min(now + pause.length);
        }
        let over = self.pause.take_if(|pause| pause.until <= now);
        if let Some(pace) = &self.pace {
            self.full_at = pace.bound(self.full_at, pace.ticks(now));
            if let Some(pause) = over {
                // Its tokens did not gather: a service that asked for patience gets no burst at its end.
                self.drain(pause.until);
            }
        }
    }

    /// Takes tokens that are there.
    pub(super) fn take(&mut self, tokens: u32, now: Moment) -> Option<Token> {
        if self.pause.is_some() {
            return None;
        }
        let next = match &self.pace {
            Some(pace) => Some(pace.take(self.full_at, tokens, pace.ticks(now))?),
            None => None,
        };
        if !self.window.as_mut().is_none_or(|window| window.take(tokens, now)) {
            return None;
        }
        if let (Some(pace), Some(next)) = (&self.pace, next) {
            self.generation += u64::from(pace.is_turn(self.full_at, pace.ticks(now)));
            self.full_at = next;
        }
        Some(Token { tokens, at: now, next: self.full_at, generation: self.generation })
    }

    /// How long until the last of `tokens` is there, if nobody else takes any.
    pub(super) fn wait(&self, tokens: u64, now: Moment) -> Duration {
        let paused = self.pause.map(|pause| pause.until);
        let bucket = self.pace.map(|pace| {
            let single = paused.map_or(0, |until| pace.single(pace.ticks(until)));
            pace.wait(self.full_at.max(single), tokens, pace.ticks(now))
        });
        let window = self.window.as_ref().map(|window| window.wait(tokens, now));
        let pause = paused.map(|until| until.since(now));
        bucket.into_iter().chain(window).chain(pause).max().unwrap_or_default()
    }

    /// Puts tokens back that were taken and not used; not into a bucket where that might make a larger burst.
    pub(super) fn give_back(&mut self, token: Token) {
        if let Some(window) = &mut self.window {
            window.give_back(token.tokens, token.at);
        }
        let Some(pace) = self.pace.filter(|_| token.generation == self.generation) else { return };
        if self.returned.0 != self.generation {
            self.returned = (self.generation, 0);
        }
        let returned = self.returned.1.saturating_add(token.tokens);
        let last = self.returned.1 == 0 && self.full_at == token.next;
        if returned <= pace.returnable() || last {
            self.full_at = pace.give_back(self.full_at, token.tokens);
            self.returned.1 = returned;
            self.generation += u64::from(returned >= pace.returnable());
        }
    }

    /// Lets nothing go for so long, unless it pauses for longer already.
    pub(super) fn pause(&mut self, length: Duration, now: Moment) {
        let until = now + length;
        if until > now && self.pause.is_none_or(|pause| pause.until < until) {
            self.pause = Some(Pause { until, length });
        }
    }

    /// Changes the limit; what was taken stays taken.
    pub(super) fn set_limit(&mut self, limit: f64, now: Moment) {
        if let Some(window) = &mut self.window {
            window.set_limit(whole(limit));
        }
        self.set_pace(limit, now);
    }

    /// Changes how fast tokens come; a window stays as it is.
    pub(super) fn set_pace(&mut self, limit: f64, now: Moment) {
        self.limit = limit;
        self.changed = true;
        if let Some(before) = self.pace {
            let pace = Pace::new(limit, self.per, before.burst());
            self.full_at = pace.follow(&before, self.full_at, now);
            self.pace = Some(pace);
        }
    }

    /// Leaves no more than one token in the bucket.
    pub(super) fn drain(&mut self, now: Moment) {
        if let Some(pace) = &self.pace {
            self.full_at = self.full_at.max(pace.single(pace.ticks(now)));
            self.generation += 1;
        }
    }

    /// Tokens that are there.
    pub(super) fn available(&self, now: Moment) -> u32 {
        if self.pause.is_some() {
            return 0;
        }
        let bucket = self.pace.map(|pace| pace.available(self.full_at, pace.ticks(now)));
        let window = self.window.as_ref().map(Window::available);
        bucket.into_iter().chain(window).min().unwrap_or_default()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "validated: a whole number that fits"
)]
fn whole(limit: f64) -> u32 {
    limit as u32
}

#[cfg(all(test, not(resilient_loom)))]
mod tests {
    use proptest::prelude::*;
    use resilient_policy::RateConfig;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn at(duration: Duration) -> Moment {
        Moment::at(duration)
    }

    /// Takes a token, or says how long until there is one.
    fn take(quota: &mut Quota, now: Moment) -> Result<(), Duration> {
        quota.turn(now);
        let wait = quota.wait(1, now);
        quota.take(1, now).map(|_| ()).ok_or(wait)
    }

    fn available(quota: &mut Quota, now: Moment) -> u32 {
        quota.turn(now);
        quota.available(now)
    }

    fn quota(config: RateConfig) -> Quota {
        Quota::new(&config.settings())
    }

    #[test]
    fn a_pause_holds_every_token_back_and_ends_without_a_burst() {
        let mut quota = quota(RateConfig::new().limit(1.0).burst(5));
        assert_eq!(take(&mut quota, at(SECOND)), Ok(()));
        quota.pause(10 * SECOND, at(SECOND));
        quota.pause(2 * SECOND, at(SECOND));
        assert_eq!(available(&mut quota, at(SECOND)), 0);
        assert_eq!(take(&mut quota, at(3 * SECOND)), Err(8 * SECOND));
        assert_eq!(quota.wait(3, at(3 * SECOND)), 10 * SECOND);
        assert_eq!(available(&mut quota, at(11 * SECOND)), 1);
        assert_eq!(take(&mut quota, at(11 * SECOND)), Ok(()));
        assert_eq!(take(&mut quota, at(11 * SECOND)), Err(SECOND));
        assert_eq!(available(&mut quota, at(100 * SECOND)), 5, "later it is as before");
    }

    #[test]
    fn a_pause_survives_a_clock_that_steps_back_for_its_own_length_at_most() {
        let mut quota = quota(RateConfig::new().limit(1.0).burst(1));
        quota.pause(10 * SECOND, at(10_000 * SECOND));
        assert_eq!(take(&mut quota, at(5 * SECOND)), Err(10 * SECOND));
        assert_eq!(take(&mut quota, at(15 * SECOND)), Ok(()));
    }

    #[test]
    fn a_token_comes_back_once_and_not_into_a_bucket_that_was_full_meanwhile() {
        let mut quota = quota(RateConfig::new().limit(1.0).burst(2));
        let first = quota.take(1, at(SECOND)).expect("full");
        let second = quota.take(1, at(SECOND)).expect("full");
        quota.give_back(first);
        assert_eq!(available(&mut quota, at(SECOND)), 1);
        // Full again, and taken from: the other one would have run over.
        assert!(quota.take(2, at(2 * SECOND)).is_some());
        quota.give_back(second);
        assert_eq!(available(&mut quota, at(2 * SECOND)), 0);
    }

    #[test]
    fn of_both_the_stricter_one_holds() {
        let config = RateConfig::new().limit(4.0).burst(2).algorithm(RateAlgorithm::Both);
        let mut quota = quota(config);
        let mut times = Vec::new();
        let mut now = at(SECOND);
        while times.len() < 9 {
            match take(&mut quota, now) {
                Ok(()) => times.push(now.since(at(SECOND)).as_millis()),
                Err(wait) => now = now + wait,
            }
        }
        // The bucket alone would give the fifth at 750 ms: with the burst, six within the first second.
        assert_eq!(times, [0, 0, 250, 500, 1_000, 1_000, 1_250, 1_500, 2_000]);
    }

    #[derive(Debug, Clone)]
    enum Step {
        Wait(u64),
        Take(u32),
        GiveBack(prop::sample::Index),
        SetLimit(u32),
        Pause(u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0_u64..900_000_000).prop_map(Step::Wait),
            (1_u32..4).prop_map(Step::Take),
            (1_u32..4).prop_map(Step::Take),
            any::<prop::sample::Index>().prop_map(Step::GiveBack),
            (1_u32..40).prop_map(Step::SetLimit),
            (1_u64..500_000_000).prop_map(Step::Pause),
        ]
    }

    proptest! {
        /// In every interval, whatever is given back and however the limit changes.
        #[test]
        fn what_is_used_is_no_more_than_burst_plus_rate_times_time(
            burst in 1_u32..10,
            windowed in any::<bool>(),
            steps in prop::collection::vec(step(), 1..200),
        ) {
            let algorithm = if windowed { RateAlgorithm::Both } else { RateAlgorithm::TokenBucket };
            let config = RateConfig::new().limit(10.0).burst(burst).algorithm(algorithm);
            let mut quota = quota(config);
            let (mut now, mut limit) = (at(SECOND), 10_u32);
            // What could have come by now at the rates so far, and what was taken at which stand of that.
            let mut accrued = 0.0;
            let mut taken: Vec<(f64, Token)> = Vec::new();
            for step in steps {
                quota.turn(now);
                match step {
                    Step::Wait(nanos) => {
                        now = now + Duration::from_nanos(nanos);
                        accrued += f64::from(limit) * Duration::from_nanos(nanos).as_secs_f64();
                    }
                    Step::Take(tokens) => {
                        let wait = quota.wait(tokens.into(), now);
                        match quota.take(tokens, now) {
                            Some(token) => {
                                prop_assert!(wait.is_zero());
                                taken.push((accrued, token));
                            }
                            None => prop_assert!(!wait.is_zero() || tokens > quota.burst()),
                        }
                    }
                    Step::GiveBack(index) if !taken.is_empty() => {
                        let (_, token) = taken.remove(index.index(taken.len()));
                        quota.give_back(token);
                    }
                    Step::GiveBack(_) => {}
                    Step::SetLimit(new) => {
                        quota.set_limit(f64::from(new), now);
                        limit = new;
                    }
                    Step::Pause(nanos) => quota.pause(Duration::from_nanos(nanos), now),
                }
                for (from, (then, _)) in taken.iter().enumerate() {
                    let used: u32 = taken[from..].iter().map(|(_, token)| token.tokens).sum();
                    prop_assert!(f64::from(used) <= f64::from(burst) + accrued - then + 1e-6);
                }
            }
        }
    }
}
