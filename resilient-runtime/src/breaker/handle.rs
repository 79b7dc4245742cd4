use std::{fmt, time::Duration};

use rand::rngs::SmallRng;
use resilient_policy::BreakerSettings;

use super::{
    BreakerSnapshot, BreakerTransition, Ending, State, Subscription,
    core::{Admission, Change, Core},
    listeners::Listeners,
    opening::Opening,
};
use crate::{
    Name,
    clock::Moment,
    events,
    sync::{Arc, AtomicU64, Mutex, MutexGuard, Ordering, PoisonError},
};

/// Whose breaker it is.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    pub(crate) service: Name,
    pub(crate) method: Option<Name>,
    pub(crate) key: Option<Name>,
}

/// A circuit breaker: a handle that is cheap to clone.
///
/// It opens after failures in a row, or at a rate of failures or slow calls in a window, rejects for its recovery time,
/// and then lets a few probes through, which decide whether it closes. Every parameter and its default:
/// [`BreakerConfig`](crate::BreakerConfig). Changes of state are told to [subscribers](Self::subscribe), and as
/// `tracing` events (target `resilient`).
#[derive(Clone)]
pub struct CircuitBreaker(Arc<Inner>);

struct Inner {
    owner: Owner,
    settings: std::sync::Arc<BreakerSettings>,
    /// What a call in the closed state needs, readable without the lock: see [`Word`].
    word: AtomicU64,
    /// What a call in the open state needs.
    opening: Opening,
    core: Mutex<Core>,
    /// Its own, and those of the registry.
    listeners: [std::sync::Arc<Listeners>; 2],
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
        Self(
            (core.generation() << 2)
                | (u64::from(core.ignores_success()) * Self::CLEAN)
                | (u64::from(passes) * Self::PASSES),
        )
    }

    #[inline]
    fn passes(self) -> bool {
        self.0 & Self::PASSES != 0
    }

    #[inline]
    fn clean(self) -> bool {
        self.0 & Self::CLEAN != 0
    }

    #[inline]
    fn generation(self) -> u64 {
        self.0 >> 2
    }
}

impl CircuitBreaker {
    /// A breaker whose transitions are also told to `heard`, those who listen to the whole registry.
    pub(crate) fn new(
        owner: Owner,
        settings: impl Into<std::sync::Arc<BreakerSettings>>,
        rng: SmallRng,
        heard: std::sync::Arc<Listeners>,
    ) -> Self {
        let settings = settings.into();
        let core = Core::new(std::sync::Arc::clone(&settings), rng, Moment::now());
        let word = AtomicU64::new(Word::of(&core).0);
        let opening = Opening::of(&core);
        let listeners = [std::sync::Arc::default(), heard];
        Self(Arc::new(Inner { owner, settings, word, opening, core: Mutex::new(core), listeners }))
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
        let mut snapshot = self.0.lock().snapshot(now);
        snapshot.rejected += self.0.opening.rejected();
        snapshot
    }

    /// Calls `listener` at each change of state from now on, until the subscription is dropped.
    ///
    /// It is called by the thread whose call changed the state, under no lock: it may query and command the breaker,
    /// and subscribe others, but should not take long. A panic in it is caught, and told as a `tracing` event.
    pub fn subscribe(
        &self,
        listener: impl Fn(&BreakerTransition) + Send + Sync + 'static,
    ) -> Subscription {
        self.0.listeners[0].subscribe(listener)
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

    /// Lets every call pass and counts everything, rates included, until it is [reset](Self::reset): to learn what
    /// thresholds would do.
    pub fn metrics_only(&self) {
        self.command(State::MetricsOnly);
    }

    fn command(&self, state: State) {
        let now = Moment::now();
        self.0.change(|core| ((), core.command(state, now)));
    }

    /// Admits a call, or says how long it should wait (`None`: nobody knows).
    ///
    /// Who holds the breaker anyway asks [`pass`](Self::pass).
    pub(crate) fn admit(&self, now: Moment) -> Result<Permit, Option<Duration>> {
        let admission = self.pass(now)?;
        Ok(Permit { breaker: self.clone(), admission })
    }

    /// Admits a call that will [end](Self::end) it, whatever becomes of it: a probe that is lost keeps its place.
    #[inline]
    pub(crate) fn pass(&self, now: Moment) -> Result<Admission, Option<Duration>> {
        let word = self.0.word();
        if word.passes() {
            return Ok(Admission::of(word.generation()));
        }
        if let Some(left) = self.0.opening.left(now) {
            self.0.opening.reject();
            return Err(Some(left));
        }
        self.0.change(|core| core.admit(now))
    }

    /// Records how an admitted call ended. `time` says how long it took and when it ended: most endings say nothing new,
    /// and cost no look at the clock.
    #[inline]
    pub(crate) fn end(
        &self,
        admission: Admission,
        ending: Ending,
        time: impl FnOnce() -> (Duration, Moment),
    ) {
        let word = self.0.word();
        let changes_nothing = word.generation() != admission.generation()
            || word.passes()
                && (ending == Ending::Nothing || ending == Ending::Success && word.clean());
        if !changes_nothing {
            let (elapsed, now) = time();
            self.0.change(|core| ((), core.record(admission, ending, elapsed, now)));
        }
    }

    /// Takes an admission back: its call counts as nothing, and a probe's place is free again.
    #[inline]
    pub(crate) fn take_back(&self, admission: Admission) {
        // Nothing that counts as nothing looks at the time.
        self.end(admission, Ending::Nothing, || (Duration::ZERO, Moment::FIRST));
    }

    /// Whether every call passes now: no probe is asked for, and nothing is rejected.
    pub(crate) fn passes(&self) -> bool {
        self.0.word().passes()
    }

    /// How long until an open breaker lets a probe through; `None` while calls or probes pass.
    pub(crate) fn closed_for(&self, now: Moment) -> Option<Duration> {
        if self.0.word().passes() {
            return None;
        }
        if let Some(left) = self.0.opening.left(now) {
            return Some(left);
        }
        let core = self.0.lock();
        match core.state() {
            State::Open => core.until_probe(now),
            State::ForcedOpen => Some(Duration::MAX),
            _ => None,
        }
    }

    /// Whether nobody holds it but the one who asks, and it is as good as a new one.
    pub(super) fn is_idle(&self, now: Moment) -> bool {
        !self.is_held() && self.is_clean(now)
    }

    pub(super) fn is_held(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    pub(super) fn is_clean(&self, now: Moment) -> bool {
        self.0.lock().is_clean(now)
    }

    /// For a test of what needs no lock.
    #[cfg(all(test, not(resilient_loom)))]
    pub(super) fn with_lock_held(&self, test: impl FnOnce()) {
        let _core = self.0.lock();
        test();
    }
}

impl fmt::Debug for CircuitBreaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CircuitBreaker")
            .field("owner", &self.0.owner)
            .field("state", &self.state())
            .finish()
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    fn word(&self) -> Word {
        Word(self.word.load(Ordering::Acquire))
    }

    /// Runs a step of the core under its lock, and tells of a change of state after it is released.
    #[inline(never)]
    fn change<T>(&self, step: impl FnOnce(&mut Core) -> (T, Option<Change>)) -> T {
        let mut core = self.lock();
        let opening = core.opening();
        let (result, change) = step(&mut core);
        if core.opening() != opening {
            self.opening.mirror(&core);
        }
        self.word.store(Word::of(&core).0, Ordering::Release);
        drop(core);
        if let Some(change) = change {
            self.tell(change);
        }
        result
    }

    #[cold]
    fn tell(&self, change: Change) {
        let Owner { service, method, key } = self.owner.clone();
        let Change { from, to, number, consecutive_failures, .. } = change;
        let Change { failure_rate, slow_rate, open_for, .. } = change;
        let transition = BreakerTransition {
            service,
            method,
            key,
            from,
            to,
            number,
            consecutive_failures,
            failure_rate,
            slow_rate,
            open_for,
        };
        events::breaker(&transition);
        for listeners in &self.listeners {
            listeners.tell(&transition);
        }
    }
}

/// The right to send one request. Dropped unused, it counts as nothing and gives a probe's place back.
pub(crate) struct Permit {
    breaker: CircuitBreaker,
    /// [`Admission::NONE`] once it is used up.
    admission: Admission,
}

impl Permit {
    /// Records how the call ended and how long it took.
    pub(crate) fn record(mut self, ending: Ending, elapsed: Duration, now: Moment) {
        if let Some(admission) = self.admission.take() {
            self.breaker.end(admission, ending, || (elapsed, now));
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(admission) = self.admission.take() {
            self.breaker.take_back(admission);
        }
    }
}
