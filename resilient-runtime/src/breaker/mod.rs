//! The circuit breaker.

mod core;

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use resilient_policy::BreakerSettings;

pub(crate) use self::core::Ending;
use self::core::{Admission, Core, Transition};
use crate::{Name, clock::Moment, events};

/// The state of a circuit breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// Calls pass, failures are counted.
    Closed,
    /// Calls are rejected until the recovery time is over.
    Open,
    /// A few probes pass; they decide whether it closes.
    HalfOpen,
    /// Opened by hand: calls are rejected until it is reset.
    ForcedOpen,
    /// Closed by hand: calls pass whatever happens, until it is reset.
    ForcedClosed,
    /// Switched off by hand: calls pass and nothing is counted.
    Disabled,
    /// Calls pass whatever happens, and are counted.
    MetricsOnly,
}

impl State {
    /// The name in `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
            Self::ForcedOpen => "forced_open",
            Self::ForcedClosed => "forced_closed",
            Self::Disabled => "disabled",
            Self::MetricsOnly => "metrics_only",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a circuit breaker is at, at one moment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct BreakerSnapshot {
    /// The state.
    pub state: State,
    /// Failures in a row so far, of the `threshold` that open it.
    pub consecutive_failures: u32,
    /// Failures in a row that open it.
    pub threshold: u32,
    /// Probes of the present half-open round that were let through and have not been given back.
    pub probes: u32,
    /// Those of them that have succeeded.
    pub probes_passed: u32,
    /// How long until the next probe may pass; `None` unless it is open or half-open. In seconds where it is
    /// serialized.
    #[serde(serialize_with = "crate::seconds::serialize_option")]
    pub retry_after: Option<Duration>,
    /// How many times it has opened.
    pub openings: u64,
}

/// A circuit breaker: a handle that is cheap to clone.
///
/// It opens after `threshold` failures in a row, rejects for `recovery`, and then lets `half_open` probes through, all
/// of which must succeed to close it. Changes of state are told as `tracing` events (target `resilient`).
#[derive(Clone)]
pub struct CircuitBreaker(Arc<Inner>);

struct Inner {
    service: Name,
    settings: BreakerSettings,
    /// What a call in the closed state needs, readable without the lock: see [`Word`].
    word: AtomicU64,
    core: Mutex<Core>,
}

/// A mirror of the core, written under its lock: the generation, whether every call passes, and whether a success
/// changes nothing. A success of a healthy service thus only reads.
#[derive(Debug, Clone, Copy)]
struct Word(u64);

impl Word {
    const PASSES: u64 = 1;
    const CLEAN: u64 = 2;

    fn of(core: &Core) -> Self {
        let passes = matches!(
            core.state(),
            State::Closed | State::ForcedClosed | State::Disabled | State::MetricsOnly
        );
        let clean = passes && core.failures() == 0;
        Self(
            (core.generation() << 2)
                | (u64::from(clean) * Self::CLEAN)
                | (u64::from(passes) * Self::PASSES),
        )
    }

    fn passes(self) -> bool {
        self.0 & Self::PASSES != 0
    }

    fn clean(self) -> bool {
        self.0 & Self::CLEAN != 0
    }

    fn generation(self) -> u64 {
        self.0 >> 2
    }
}

impl CircuitBreaker {
    pub(crate) fn new(service: Name, settings: BreakerSettings) -> Self {
        let core = Core::new(settings, Moment::now());
        let word = AtomicU64::new(Word::of(&core).0);
        Self(Arc::new(Inner { service, settings, word, core: Mutex::new(core) }))
    }

    pub(crate) fn settings(&self) -> &BreakerSettings {
        &self.0.settings
    }

    /// The state. An open breaker stays [`State::Open`] after its recovery time until the next call asks for a probe.
    pub fn state(&self) -> State {
        self.0.lock().state()
    }

    /// Everything about the breaker, at one moment.
    pub fn snapshot(&self) -> BreakerSnapshot {
        let now = Moment::now();
        let core = self.0.lock();
        let (probes, probes_passed) = core.probes();
        BreakerSnapshot {
            state: core.state(),
            consecutive_failures: core.failures(),
            threshold: match self.0.settings.threshold {
                resilient_policy::Threshold::Failures(most) => most,
                _ => 0,
            },
            probes,
            probes_passed,
            retry_after: core.until_probe(now),
            openings: core.openings(),
        }
    }

    /// Closes it and forgets what was counted, whatever its state. Calls under way no longer count.
    pub fn reset(&self) {
        self.command(State::Closed);
    }

    /// Rejects every call until it is [reset](Self::reset).
    pub fn force_open(&self) {
        self.command(State::ForcedOpen);
    }

    /// Lets every call pass until it is [reset](Self::reset).
    pub fn force_closed(&self) {
        self.command(State::ForcedClosed);
    }

    /// Lets every call pass, and counts nothing, until it is [reset](Self::reset).
    pub fn disable(&self) {
        self.command(State::Disabled);
    }

    fn command(&self, state: State) {
        let now = Moment::now();
        self.0.change(|core| ((), core.command(state, now)));
    }

    /// Admits a call, or says how long it should wait (`None`: nobody knows).
    pub(crate) fn admit(&self, now: Moment) -> Result<Permit<'_>, Option<Duration>> {
        let word = Word(self.0.word.load(Ordering::Acquire));
        let admission = if word.passes() {
            Admission::of(word.generation())
        } else {
            self.0.change(|core| core.admit(now))?
        };
        Ok(Permit { breaker: &self.0, admission: Some(admission) })
    }

    /// How long until an open breaker lets a probe through; `None` while calls or probes pass.
    pub(crate) fn closed_for(&self, now: Moment) -> Option<Duration> {
        if Word(self.0.word.load(Ordering::Acquire)).passes() {
            return None;
        }
        let core = self.0.lock();
        match core.state() {
            State::Open => core.until_probe(now),
            State::ForcedOpen => Some(Duration::MAX),
            _ => None,
        }
    }
}

impl fmt::Debug for CircuitBreaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CircuitBreaker")
            .field("service", &self.0.service)
            .field("state", &self.state())
            .finish()
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a step of the core under its lock, and tells of a change of state after it is released.
    fn change<T>(&self, step: impl FnOnce(&mut Core) -> (T, Option<Transition>)) -> T {
        let mut core = self.lock();
        let (result, transition) = step(&mut core);
        self.word.store(Word::of(&core).0, Ordering::Release);
        drop(core);
        if let Some(Transition { from, to }) = transition {
            events::breaker(&self.service, from, to);
        }
        result
    }

    fn record(&self, admission: Admission, ending: Ending, now: Moment) {
        let word = Word(self.word.load(Ordering::Acquire));
        let changes_nothing = word.generation() != admission.generation()
            || word.passes()
                && (ending == Ending::Nothing || ending == Ending::Success && word.clean());
        if !changes_nothing {
            self.change(|core| ((), core.record(admission, ending, now)));
        }
    }
}

/// The right to call the method once. Dropped unused, it counts as nothing and gives a probe's place back.
pub(crate) struct Permit<'a> {
    breaker: &'a Inner,
    admission: Option<Admission>,
}

impl Permit<'_> {
    pub(crate) fn record(mut self, ending: Ending, now: Moment) {
        if let Some(admission) = self.admission.take() {
            self.breaker.record(admission, ending, now);
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if let Some(admission) = self.admission.take() {
            // Nothing that counts as nothing looks at the time.
            self.breaker.record(admission, Ending::Nothing, Moment::ZERO);
        }
    }
}

#[cfg(test)]
mod tests {
    use resilient_policy::BreakerConfig;

    use super::*;

    fn breaker() -> CircuitBreaker {
        CircuitBreaker::new("scout".into(), BreakerConfig::new().threshold(1).settings())
    }

    #[test]
    fn a_dropped_probe_gives_its_place_back() {
        let breaker = breaker();
        let start = Moment::now();
        breaker.admit(start).expect("closed").record(Ending::Failure, start);
        let later = start + Duration::from_secs(60);
        let probe = breaker.admit(later).expect("half-open");
        assert!(breaker.admit(later).is_err());
        drop(probe);
        breaker.admit(later).expect("the place is free").record(Ending::Success, later);
        assert_eq!(breaker.state(), State::Closed);
    }

    #[test]
    fn half_open_admits_one_of_many_threads() {
        let breaker = breaker();
        let start = Moment::now();
        breaker.admit(start).expect("closed").record(Ending::Failure, start);
        let later = start + Duration::from_secs(60);
        let admitted = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    if let Ok(permit) = breaker.admit(later) {
                        admitted.fetch_add(1, Ordering::Relaxed);
                        std::mem::forget(permit);
                    }
                });
            }
        });
        assert_eq!(admitted.into_inner(), 1);
    }

    #[test]
    fn a_snapshot_tells_what_was_counted() {
        let breaker = CircuitBreaker::new("scout".into(), BreakerConfig::new().settings());
        let now = Moment::now();
        breaker.admit(now).expect("closed").record(Ending::Failure, now);
        let snapshot = breaker.snapshot();
        assert_eq!(
            (snapshot.state, snapshot.consecutive_failures, snapshot.openings),
            (State::Closed, 1, 0)
        );
        assert_eq!(snapshot.retry_after, None);
        breaker.force_open();
        assert_eq!(breaker.state(), State::ForcedOpen);
        breaker.reset();
        assert_eq!(breaker.snapshot().consecutive_failures, 0);
    }
}
