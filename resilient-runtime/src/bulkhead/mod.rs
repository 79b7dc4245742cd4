//! The bulkhead: how many calls of a service may be under way at once.

mod gradient;
mod history;
mod limit;
mod line;
#[cfg(all(test, resilient_loom))]
mod loom;
#[cfg(all(test, not(resilient_loom)))]
mod model;
mod place;
#[cfg(all(test, not(resilient_loom)))]
mod simulation;
#[cfg(all(test, not(resilient_loom)))]
mod tests;
mod vegas;
mod word;

use std::{fmt, task::Waker};

use rand::rngs::SmallRng;
use resilient_policy::{BulkheadSettings, LimitAlgorithm};
use smallvec::SmallVec;

use self::{
    limit::Adaptive,
    line::{Given, Line},
    word::Word,
};
pub(crate) use self::{
    limit::Sample,
    place::{Entry, Place, Waiting},
};
use crate::{
    BulkheadFullReason,
    clock::Moment,
    sync::{Arc, AtomicU64, Mutex, MutexGuard, Ordering, PoisonError},
};

/// What a bulkhead is at, at one moment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct BulkheadSnapshot {
    /// How many calls may be under way at once, at present.
    pub limit: u32,
    /// The least that `limit` becomes; `max` where it is fixed.
    pub min: u32,
    /// The most that `limit` becomes.
    pub max: u32,
    /// Calls that are under way. More than `limit` for a while after an adaptive limit came down.
    pub active: u32,
    /// Calls that would get a place at once.
    pub available: u32,
    /// Calls that wait for a place.
    pub queued: u32,
    /// How many calls have had to wait so far, those that wait now included.
    pub waited: u64,
    /// How many calls got no place so far.
    pub rejected: BulkheadRejections,
}

/// How many calls a bulkhead rejected so far, by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[non_exhaustive]
pub struct BulkheadRejections {
    /// See [`BulkheadFullReason::Busy`].
    pub busy: u64,
    /// See [`BulkheadFullReason::QueueFull`].
    pub queue_full: u64,
    /// See [`BulkheadFullReason::WaitOver`].
    pub wait_over: u64,
    /// See [`BulkheadFullReason::Deadline`].
    pub deadline: u64,
}

impl BulkheadRejections {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.busy + self.queue_full + self.wait_over + self.deadline
    }
}

/// Places for calls, and a line for those that wait for one: first come, first served.
///
/// A place that comes free while somebody waits is never free: it goes straight to the first in line, so that a call
/// that comes at that moment can't overtake. One that finds a place free, and one that leaves while nobody waits, take
/// no lock and allocate nothing.
#[derive(Clone)]
pub(crate) struct Bulkhead(Arc<Inner>);

struct Inner {
    settings: BulkheadSettings,
    /// A [`Word`].
    word: AtomicU64,
    state: Mutex<State>,
    rejected: [AtomicU64; 4],
}

#[derive(Debug)]
struct State {
    line: Line,
    /// How many have joined the line so far.
    waited: u64,
    /// `None` where the limit is fixed.
    adaptive: Option<Adaptive>,
}

/// Those to be woken once the lock is released; seldom more than one.
type Wakers = SmallVec<[Waker; 1]>;

impl Bulkhead {
    /// `rng` spreads the times at which adaptive limits of many processes probe.
    pub(crate) fn new(settings: BulkheadSettings, rng: SmallRng) -> Self {
        let adaptive = Adaptive::new(&settings, rng);
        let state = State { line: Line::default(), waited: 0, adaptive };
        Self(Arc::new(Inner {
            settings,
            word: AtomicU64::new(Word::new(settings.initial).bits()),
            state: Mutex::new(state),
            rejected: std::array::from_fn(|_| AtomicU64::new(0)),
        }))
    }

    pub(crate) fn settings(&self) -> &BulkheadSettings {
        &self.0.settings
    }

    pub(crate) fn snapshot(&self) -> BulkheadSnapshot {
        let inner = &*self.0;
        let state = inner.lock();
        let word = inner.word();
        let (limit, active) = (word.limit(), word.active());
        let rejected = |reason| inner.rejected[slot(reason)].load(Ordering::Relaxed);
        BulkheadSnapshot {
            limit,
            min: inner.settings.min,
            max: inner.settings.max,
            active,
            available: if word.waiting() { 0 } else { limit.saturating_sub(active) },
            queued: state.line.len(),
            waited: state.waited,
            rejected: BulkheadRejections {
                busy: rejected(BulkheadFullReason::Busy),
                queue_full: rejected(BulkheadFullReason::QueueFull),
                wait_over: rejected(BulkheadFullReason::WaitOver),
                deadline: rejected(BulkheadFullReason::Deadline),
            },
        }
    }

    /// Takes a place if one is free and nobody waits.
    #[inline]
    pub(crate) fn enter(&self) -> Option<Place<'_>> {
        let inner = &*self.0;
        inner.enter().map(|given| Place::new(inner, given))
    }

    /// Takes a place if one is free and nobody waits, gets in line if the call may wait and the line has room, or says
    /// why not.
    pub(crate) fn ask(
        &self,
        now: Moment,
        deadline: Option<Moment>,
    ) -> Result<Entry<'_>, BulkheadFullReason> {
        let inner = &*self.0;
        if let Some(place) = self.enter() {
            return Ok(Entry::Place(place));
        }
        let wait = inner.settings.wait;
        if wait.is_zero() {
            return Err(inner.reject(BulkheadFullReason::Busy));
        }
        if deadline.is_some_and(|deadline| deadline <= now) {
            return Err(inner.reject(BulkheadFullReason::Deadline));
        }
        let mut state = inner.lock();
        // Whether a place is free and whether somebody waits must hold together: a call that leaves in between would
        // find nobody to give its place to.
        let before = inner.update(|word| {
            if word.free() {
                return Some(word.entered());
            }
            (state.line.len() < inner.settings.queue).then(|| word.with_waiting(true))
        });
        match before {
            Ok(word) if word.free() => {
                let given = Given { in_flight: word.entered().active() };
                Ok(Entry::Place(Place::new(inner, given)))
            }
            Ok(_) => {
                state.waited += 1;
                let ticket = state.line.join();
                let over = now + wait;
                let (until, reason) = match deadline.filter(|deadline| *deadline < over) {
                    Some(deadline) => (deadline, BulkheadFullReason::Deadline),
                    None => (over, BulkheadFullReason::WaitOver),
                };
                Ok(Entry::Queued(Waiting::new(inner, ticket, until, reason)))
            }
            Err(()) => Err(inner.reject(BulkheadFullReason::QueueFull)),
        }
    }
}

impl fmt::Debug for Bulkhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bulkhead").field(&self.snapshot()).finish()
    }
}

fn slot(reason: BulkheadFullReason) -> usize {
    match reason {
        BulkheadFullReason::Busy => 0,
        BulkheadFullReason::QueueFull => 1,
        BulkheadFullReason::WaitOver => 2,
        BulkheadFullReason::Deadline => 3,
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn word(&self) -> Word {
        Word::from_bits(self.word.load(Ordering::Acquire))
    }

    /// Changes the word in one step, and answers what it was before.
    fn update(&self, mut change: impl FnMut(Word) -> Option<Word>) -> Result<Word, ()> {
        self.word
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |bits| {
                change(Word::from_bits(bits)).map(Word::bits)
            })
            .map(Word::from_bits)
            .map_err(|_| ())
    }

    fn reject(&self, reason: BulkheadFullReason) -> BulkheadFullReason {
        self.rejected[slot(reason)].fetch_add(1, Ordering::Relaxed);
        reason
    }

    /// Takes a place that is free.
    #[inline]
    fn enter(&self) -> Option<Given> {
        let before = self.update(|word| word.free().then(|| word.entered())).ok()?;
        Some(Given { in_flight: before.entered().active() })
    }

    /// Gives a place back: to the first in line, if anybody waits and the limit allows it.
    fn leave(&self) {
        if self.update(|word| (!word.waiting()).then(|| word.left())).is_ok() {
            return;
        }
        self.under_lock(|_| {
            let _ = self.update(|word| Some(word.left()));
        });
    }

    /// Does what changes who may enter, lets in those who now may, and wakes them after the lock is released.
    fn under_lock<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let result = change(&mut state);
        let wakers = self.let_in(&mut state.line);
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        result
    }

    fn let_in(&self, line: &mut Line) -> Wakers {
        let mut wakers = Wakers::new();
        while !line.is_empty() {
            let word = self.word();
            if word.active() >= word.limit() {
                return wakers;
            }
            let word = word.entered();
            wakers.extend(line.give(Given { in_flight: word.active() }));
            // Nobody else changes the word while it says that somebody waits.
            let word = word.with_waiting(!line.is_empty());
            self.word.store(word.bits(), Ordering::Release);
        }
        wakers
    }

    /// Notes that a waiter left the line.
    fn one_less_waits(&self, line: &Line) {
        if line.is_empty() {
            let _ = self.update(|word| Some(word.with_waiting(false)));
        }
    }

    /// Tells an adaptive limit how long the service took.
    fn sample(&self, given: Given, sample: Sample, now: Moment) {
        if self.settings.adaptive == LimitAlgorithm::Fixed {
            return;
        }
        self.under_lock(|state| {
            let adaptive = state.adaptive.as_mut();
            if let Some(limit) =
                adaptive.and_then(|adaptive| adaptive.sample(given.in_flight, sample, now))
            {
                let _ = self.update(|word| Some(word.with_limit(limit)));
            }
        });
    }
}
