//! The breaker's state machine: no clock, no lock, no runtime; time and luck come in as arguments.

use std::{sync::Arc, time::Duration};

use rand::{RngExt as _, rngs::SmallRng};
use resilient_policy::{BreakerSettings, Window as Length};

use super::{
    BreakerSnapshot, State, StateTimes, WindowSnapshot,
    judge::{Counts, Judge, Outcome},
    probes::Probes,
    window::Window,
};
use crate::clock::Moment;

/// How a call that the breaker admitted ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Success,
    Failure,
    /// Neither for nor against the service: ignored by choice, rejected by another policy, or dropped.
    Nothing,
}

/// The right to call the method once, stamped with the state that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Admission {
    generation: u64,
    /// Which probe it is; says nothing outside of half-open.
    probe: u64,
}

impl Admission {
    /// That of no call. Every call holds one, and its future would be larger by an `Option`.
    pub(crate) const NONE: Self = Self { generation: u64::MAX, probe: u64::MAX };

    /// What is there, which is there no longer.
    #[inline]
    pub(crate) fn take(&mut self) -> Option<Self> {
        let admission = std::mem::replace(self, Self::NONE);
        // No breaker lives to see that generation.
        (admission.generation != Self::NONE.generation).then_some(admission)
    }

    #[inline]
    pub(super) fn of(generation: u64) -> Self {
        Self { generation, probe: 0 }
    }

    #[inline]
    pub(super) fn generation(self) -> u64 {
        self.generation
    }
}

/// A change of state, and what led to it, for whoever wants to tell of it after the lock is released.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Change {
    pub(crate) from: State,
    pub(crate) to: State,
    /// How many changes came before.
    pub(crate) number: u64,
    pub(crate) consecutive_failures: u32,
    pub(crate) failure_rate: Option<f64>,
    pub(crate) slow_rate: Option<f64>,
    /// How long it rejects, where it opened.
    pub(crate) open_for: Option<Duration>,
}

/// Failures in a row, or the share of failures or slow calls in a window, open it; probes decide whether it closes.
///
/// The state diagram is that of M. Nygard, *Release It!* (2007), chapter 5; the windows and the slow calls are those of
/// resilience4j. Every change of state starts a new generation, and the ending of a call counts only in the generation
/// that admitted it.
#[derive(Debug)]
pub(crate) struct Core {
    settings: Arc<BreakerSettings>,
    judge: Judge,
    rng: SmallRng,
    state: State,
    generation: u64,
    /// When the present state began.
    since: Moment,
    /// Failures in a row.
    failures: u32,
    /// Made when something is to be put in it.
    window: Option<Box<Window>>,
    probes: Probes,
    /// How long the present opening, or the last one, rejects.
    open_for: Duration,
    /// Openings without a close in between: what the length of the next one grows by.
    openings_in_a_row: u32,
    openings: u64,
    changes: u64,
    last_failure: Option<Moment>,
    total_failures: u64,
    rejected: u64,
    /// In all states before the present stay: nothing, for as long as nothing has happened.
    time_in: Option<Box<StateTimes>>,
}

impl Core {
    pub(crate) fn new(
        settings: impl Into<Arc<BreakerSettings>>,
        rng: SmallRng,
        now: Moment,
    ) -> Self {
        let settings = settings.into();
        Self {
            judge: Judge::new(&settings),
            rng,
            state: State::Closed,
            generation: 0,
            since: now,
            failures: 0,
            window: None,
            probes: Probes::new(settings.half_open, settings.half_open_timeout),
            open_for: Duration::ZERO,
            openings_in_a_row: 0,
            openings: 0,
            changes: 0,
            last_failure: None,
            total_failures: 0,
            rejected: 0,
            time_in: None,
            settings,
        }
    }

    pub(crate) fn state(&self) -> State {
        self.state
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether a success changes nothing now.
    pub(crate) fn ignores_success(&self) -> bool {
        match self.state {
            State::Closed => self.failures == 0 && self.is_window_settled(),
            State::ForcedClosed | State::Disabled => true,
            _ => false,
        }
    }

    /// Whether a success leaves the window as it is: one that is full of nothing else has the same in it afterwards. Not
    /// where a success may be a slow one, and not a window of time, which counts how many there were.
    fn is_window_settled(&self) -> bool {
        let settled = || self.window.as_ref().is_some_and(|window| window.is_full_of_good_calls());
        !self.judge.needs_window() || self.settings.slow.is_none() && settled()
    }

    /// Whether it is as good as a new one: closed, and nothing speaks against the service.
    pub(crate) fn is_clean(&mut self, now: Moment) -> bool {
        let Counts { failures, slow, .. } = self.counts(now);
        self.state == State::Closed && self.failures == 0 && failures == 0 && slow == 0
    }

    /// How long until a probe may pass; `None` where it is neither open nor half-open.
    pub(crate) fn until_probe(&self, now: Moment) -> Option<Duration> {
        let stay = now.since(self.since);
        match self.state {
            State::Open => Some(self.open_for.saturating_sub(stay)),
            State::HalfOpen => {
                let decision = self.settings.max_half_open.saturating_sub(stay);
                Some(self.probes.free_in(now).min(decision))
            }
            _ => None,
        }
    }

    /// When the present opening began and when it ends; `None` in every other state.
    pub(super) fn opening(&self) -> Option<(Moment, Moment)> {
        (self.state == State::Open).then(|| (self.since, self.since + self.open_for))
    }

    /// Admits a call, or says how long it should wait.
    pub(crate) fn admit(
        &mut self,
        now: Moment,
    ) -> (Result<Admission, Option<Duration>>, Option<Change>) {
        self.not_after(now);
        let stay = now.since(self.since);
        let change = match self.state {
            State::Open if stay >= self.open_for => self.enter(State::HalfOpen, now),
            State::HalfOpen if stay >= self.settings.max_half_open => {
                let ended = self.probes.ended();
                let good = ended.calls > 0 && !self.judge.is_round_bad(ended);
                self.enter(if good { State::Closed } else { State::Open }, now)
            }
            _ => None,
        };
        let generation = self.generation;
        let admission = match self.state {
            State::Closed | State::ForcedClosed | State::Disabled | State::MetricsOnly => {
                Ok(Admission::of(generation))
            }
            State::Open | State::ForcedOpen => Err(self.until_probe(now)),
            State::HalfOpen => match self.probes.admit(now) {
                Some(probe) => Ok(Admission { generation, probe }),
                None => Err(self.until_probe(now)),
            },
        };
        self.rejected += u64::from(admission.is_err());
        (admission, change)
    }

    /// Records how an admitted call ended, and how long it took.
    pub(crate) fn record(
        &mut self,
        admission: Admission,
        ending: Ending,
        elapsed: Duration,
        now: Moment,
    ) -> Option<Change> {
        let counted = matches!(self.state, State::Closed | State::HalfOpen | State::MetricsOnly);
        if admission.generation != self.generation || !counted {
            return None;
        }
        if ending == Ending::Nothing {
            // The time is not looked at: a permit that is dropped has none.
            self.probes.give_back(admission.probe);
            return None;
        }
        let outcome = Outcome {
            failed: ending == Ending::Failure,
            slow: self.settings.slow.is_some_and(|slow| elapsed >= slow),
        };
        if self.state == State::HalfOpen && !self.probes.end(admission.probe, outcome) {
            return None;
        }
        self.not_after(now);
        if outcome.failed {
            self.last_failure = Some(now);
            self.total_failures += 1;
        }
        let verdict = if self.state == State::HalfOpen {
            self.judge.verdict(self.probes.ended())
        } else {
            self.count(outcome, now)
        };
        match verdict {
            Some(true) => self.enter(State::Closed, now),
            Some(false) => self.enter(State::Open, now),
            None => None,
        }
    }

    /// Counts a call that was no probe, and says whether it opens the breaker.
    fn count(&mut self, outcome: Outcome, now: Moment) -> Option<bool> {
        self.failures = if outcome.failed { self.failures.saturating_add(1) } else { 0 };
        if self.judge.needs_window() || self.state == State::MetricsOnly {
            let length = self.settings.window;
            self.window.get_or_insert_with(|| Box::new(Window::new(length))).push(outcome, now);
        }
        let window = self.counts(now);
        let bad = self.state == State::Closed
            && (self.judge.is_row_too_long(self.failures)
                || self.judge.needs_window() && self.judge.is_window_bad(window));
        bad.then_some(false)
    }

    fn counts(&mut self, now: Moment) -> Counts {
        self.window.as_mut().map_or(Counts::default(), |window| window.counts(now))
    }

    /// Changes the state by hand, and forgets what was counted.
    pub(crate) fn command(&mut self, state: State, now: Moment) -> Option<Change> {
        self.not_after(now);
        self.enter(state, now)
    }

    /// Nothing began after now: a clock that stepped back must not prolong it by its step.
    fn not_after(&mut self, now: Moment) {
        self.since = self.since.min(now);
        self.last_failure = self.last_failure.map(|last| last.min(now));
        self.probes.not_after(now);
    }

    fn enter(&mut self, to: State, now: Moment) -> Option<Change> {
        let from = self.state;
        let (failure_rate, slow_rate) = self.rates(now);
        let consecutive_failures = self.failures;
        self.time_in.get_or_insert_default().add(from, now.since(self.since));
        self.state = to;
        self.generation += 1;
        self.since = now;
        self.failures = 0;
        self.probes.clear();
        match &mut self.window {
            Some(window) if self.judge.needs_window() => window.clear(),
            _ => self.window = None,
        }
        match to {
            State::Open => {
                self.openings += 1;
                self.openings_in_a_row = self.openings_in_a_row.saturating_add(1);
                self.open_for = self.next_opening();
            }
            State::HalfOpen => {}
            _ => self.openings_in_a_row = 0,
        }
        if from == to {
            return None;
        }
        self.changes += 1;
        Some(Change {
            from,
            to,
            number: self.changes - 1,
            consecutive_failures,
            failure_rate,
            slow_rate,
            open_for: (to == State::Open).then_some(self.open_for),
        })
    }

    /// How long an opening that begins now lasts.
    fn next_opening(&mut self) -> Duration {
        let BreakerSettings { recovery, max_recovery, recovery_factor, recovery_jitter, .. } =
            *self.settings;
        let mut length = recovery;
        if self.openings_in_a_row > 1 && recovery_factor > 1.0 {
            // Infinity is fine here: it is no duration, and cut to the longest one.
            let growth = recovery_factor.powf(f64::from(self.openings_in_a_row - 1));
            length = Duration::try_from_secs_f64(recovery.as_secs_f64() * growth)
                .unwrap_or(max_recovery);
        }
        if recovery_jitter > 0.0 {
            let share = recovery_jitter * self.rng.random::<f64>();
            length = length.min(max_recovery);
            length = length.saturating_add(length.mul_f64(share));
        }
        length.min(max_recovery)
    }

    /// The share of failures and of slow calls in the window, where they are known.
    fn rates(&mut self, now: Moment) -> (Option<f64>, Option<f64>) {
        let counts = self.counts(now);
        let known = self.window.is_some() && self.judge.knows(counts);
        let slow = known && self.settings.slow.is_some();
        (
            known.then(|| share(counts.failures, counts.calls)),
            slow.then(|| share(counts.slow, counts.calls)),
        )
    }

    /// Everything, at one moment.
    pub(crate) fn snapshot(&mut self, now: Moment) -> BreakerSnapshot {
        let (failure_rate, slow_rate) = self.rates(now);
        let counts = self.counts(now);
        let ended = self.probes.ended();
        let small = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        let mut time_in = self.time_in.as_deref().copied().unwrap_or_default();
        time_in.add(self.state, now.since(self.since));
        BreakerSnapshot {
            state: self.state,
            consecutive_failures: self.failures,
            threshold: self.settings.threshold,
            window: (self.judge.needs_window() || self.window.is_some()).then(|| {
                let (capacity, time) = match self.settings.window {
                    Length::Calls(calls) => (Some(calls), None),
                    Length::Time(time) => (None, Some(time)),
                    _ => (None, None),
                };
                let Counts { calls, failures, slow } = counts;
                WindowSnapshot { capacity, time, calls, failures, slow }
            }),
            failure_rate,
            slow_rate,
            probes: self.probes.under_way() + small(ended.calls),
            probes_passed: small(ended.calls - ended.failures),
            probes_failed: small(ended.failures),
            retry_after: self.until_probe(now),
            since_last_failure: self.last_failure.map(|last| now.since(last)),
            openings: self.openings,
            transitions: self.changes,
            failures: self.total_failures,
            rejected: self.rejected,
            time_in,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "as good as a share needs")]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
