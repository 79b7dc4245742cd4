//! The rate limiter: how many requests a service is sent.

mod adaptive;
mod handle;
mod keyed;
mod line;
#[cfg(all(test, resilient_loom))]
mod loom;
#[cfg(all(test, not(resilient_loom)))]
mod model;
mod pace;
mod priority;
mod quota;
mod reservation;
mod snapshot;
mod state;
#[cfg(all(test, not(resilient_loom)))]
mod tests;
mod waiting;
mod window;

use std::{fmt, time::Duration};

use resilient_policy::{RateAdaptation, RateAlgorithm, RateSettings};

pub(crate) use self::{adaptive::Sample, keyed::KeyedLimiters, quota::Token, waiting::Waiting};
use self::{
    pace::Pace,
    snapshot::Counts,
    state::{Asked, State, Wakers},
};
pub use self::{
    priority::{Priority, priority, with_priority, with_priority_blocking},
    reservation::Reservation,
    snapshot::{ByPriority, KeyedRateSnapshot, RateCounts, RateSnapshot},
};
use crate::{
    Name,
    clock::Moment,
    sync::{Arc, AtomicBool, AtomicU64, Mutex, MutexGuard, Ordering, PoisonError},
};

/// A rate limiter: a handle that is cheap to clone.
///
/// Requests leave as a token bucket or a sliding window allows; who finds no token gets the next slot, behind those who
/// wait already, and by [`Priority`]. Every parameter and its default: [`RateConfig`](crate::RateConfig). How it works:
/// [the guide](crate::guide::rate).
///
/// A decorator asks it for each request. By hand it serves what is no method, or has another price:
///
/// ```
/// # use std::time::Duration;
/// # use resilient_runtime::{Policy, RateConfig, Registry, Rejection};
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let registry = Registry::new();
/// let rate = RateConfig::new().limit(10.0).burst(20);
/// let prices = Policy::builder("prices").rate(rate).registry(&registry).build()?;
/// let limiter = prices.service().rate_limiter().expect("has one");
///
/// limiter.acquire(15).await?; // a request that counts as 15
/// assert!(limiter.try_acquire(10).is_err());
/// let reserved = limiter.reserve(10)?; // a slot in half a second
/// assert_eq!(reserved.wait().as_millis(), 500);
/// drop(reserved); // and somebody else's after all
///
/// limiter.set_limit(5.0)?;
/// limiter.pause(Duration::from_secs(30));
/// assert_eq!(limiter.snapshot().available, 0);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct RateLimiter(Arc<Inner>);

struct Inner {
    common: Arc<Common>,
    /// When the bucket is full again, in the ticks of its pace; with [`LOCKED`] where that alone does not say who may
    /// go.
    word: AtomicU64,
    /// See [`Pace::is_turn`].
    generation: AtomicU64,
    /// Whether a token was ever taken that may be put back. Until then nobody asks for the generation, and who takes one
    /// saves a step that every other processor would have to hear of.
    lends: AtomicBool,
    /// Made when it is first needed: few of many keys ever have somebody wait.
    state: Mutex<Option<Box<State>>>,
}

/// What the limiters of all keys have in common.
#[derive(Debug)]
struct Common {
    service: Name,
    settings: RateSettings,
    /// That of the bucket, where nothing but a bucket limits.
    pace: Option<Pace>,
    counts: Counts,
}

/// Set while somebody waits, a pause lasts, or the rate is not the configured one, and always where there is a window:
/// tokens are taken under the lock then.
const LOCKED: u64 = 1 << 63;

/// What a call gets that asked for tokens.
pub(crate) enum Admission {
    /// The tokens.
    Taken(Token),
    /// A stand in the line; the tokens come after about `wait`.
    Slot { wait: Duration, waiting: Waiting },
}

impl Common {
    fn new(service: Name, settings: RateSettings) -> Self {
        let plain = settings.algorithm == RateAlgorithm::TokenBucket;
        Self {
            service,
            settings,
            pace: quota::pace(&settings).filter(|_| plain),
            counts: Counts::new(),
        }
    }
}

impl RateLimiter {
    pub(crate) fn new(service: Name, settings: RateSettings) -> Self {
        Self::of(Arc::new(Common::new(service, settings)))
    }

    fn of(common: Arc<Common>) -> Self {
        let word = if common.pace.is_some() { 0 } else { LOCKED };
        Self(Arc::new(Inner {
            common,
            word: AtomicU64::new(word),
            generation: AtomicU64::new(0),
            lends: AtomicBool::new(false),
            state: Mutex::new(None),
        }))
    }

    pub(crate) fn settings(&self) -> &RateSettings {
        &self.0.common.settings
    }

    fn counts(&self) -> &Counts {
        &self.0.common.counts
    }

    pub(crate) fn next_slot(&self, tokens: u32, priority: Priority, now: Moment) -> Duration {
        self.under_lock(|state, wakers| {
            state.serve(now, wakers);
            if tokens > state.quota.burst() {
                return resilient_policy::duration::LONGEST;
            }
            state.next_slot(tokens, priority, now)
        })
    }

    pub(crate) fn pause_at(&self, length: Duration, now: Moment) {
        self.under_lock(|state, wakers| {
            state.quota.turn(now);
            state.quota.pause(length, now);
            state.serve(now, wakers);
        });
    }

    /// Tells an adaptive rate what the service showed of itself.
    pub(crate) fn sample(&self, sample: Sample, now: Moment) {
        if self.settings().adaptive == RateAdaptation::Fixed {
            return;
        }
        self.under_lock(|state, wakers| {
            let adaptive = state.adaptive.as_mut();
            let Some((rate, down)) = adaptive.and_then(|adaptive| adaptive.sample(sample, now))
            else {
                return;
            };
            state.quota.turn(now);
            state.quota.set_pace(rate, now);
            if down {
                // Who asks for fewer requests is not sent a burst next.
                state.quota.drain(now);
            }
            state.serve(now, wakers);
        });
    }

    /// Takes tokens if they are there and nobody waits before a call of this priority.
    pub(crate) fn spare(&self, tokens: u32, priority: Priority, now: Moment) -> Option<Token> {
        self.lend();
        let token = self.take(tokens, now).or_else(|| {
            self.under_lock(|state, wakers| {
                let now = now.max(Moment::now());
                state.serve(now, wakers);
                (state.line.is_empty()).then(|| state.quota.take(tokens, now)).flatten()
            })
        })?;
        self.counts().admitted.add(priority, tokens);
        Some(token)
    }

    /// Takes a token if one is there and nobody waits. It is never put back.
    #[inline]
    pub(crate) fn take_one(&self, priority: Priority, now: Moment) -> bool {
        let taken = self.take(1, now).is_some();
        if taken {
            self.counts().admitted.add(priority, 1);
        }
        taken
    }

    /// Takes tokens if they are there and nobody waits, gets in line if the slot is early enough, or says how far away
    /// the slot is.
    pub(crate) fn ask(
        &self,
        tokens: u32,
        priority: Priority,
        now: Moment,
        deadline: Option<Moment>,
    ) -> Result<Admission, Duration> {
        let counts = self.counts();
        self.lend();
        if let Some(token) = self.take(tokens, now) {
            counts.admitted.add(priority, tokens);
            return Ok(Admission::Taken(token));
        }
        let asked = self.under_lock(|state, wakers| {
            // Others have read the clock since then: by the time of a while ago their tokens are not there yet.
            let now = now.max(Moment::now());
            state.ask(tokens, priority, now, deadline, wakers)
        });
        match asked {
            Asked::Taken(token) => {
                counts.admitted.add(priority, tokens);
                Ok(Admission::Taken(token))
            }
            Asked::Waits { ticket, wait, shed } => {
                if let Some(shed) = shed {
                    counts.shed.add(shed, 1);
                }
                let latest = now + self.settings().wait;
                let latest = deadline.map_or(latest, |deadline| deadline.min(latest));
                let waiting = Waiting::new(self.clone(), ticket, priority, now + wait, latest);
                Ok(Admission::Slot { wait, waiting })
            }
            Asked::Refused(wait) => {
                counts.rejected.add(priority, 1);
                Err(wait)
            }
        }
    }

    /// Takes note of tokens that came to one who waited.
    pub(crate) fn admitted(&self, token: Token, priority: Priority) {
        self.counts().admitted.add(priority, token.tokens);
    }

    /// Puts tokens back that were taken and not used; they go to who waits.
    pub(crate) fn give_back(&self, token: Token, priority: Priority, now: Moment) {
        self.counts().admitted.take_back(priority, token.tokens);
        self.under_lock(|state, wakers| {
            state.quota.give_back(token);
            state.serve(now, wakers);
        });
    }

    /// To be said before a token is taken that may be put back.
    fn lend(&self) {
        if !self.0.lends.load(Ordering::Relaxed) {
            // Once, and so that the model checker can follow it: of two plain stores it knows no order.
            self.0.lends.swap(true, Ordering::AcqRel);
        }
    }

    /// Takes tokens without the lock, where that is all there is to it.
    #[inline]
    fn take(&self, tokens: u32, now: Moment) -> Option<Token> {
        let inner = &*self.0;
        let pace = inner.common.pace.as_ref()?;
        let ticks = pace.ticks(now);
        let mut word = inner.word.load(Ordering::Acquire);
        loop {
            if word & LOCKED != 0 {
                return None;
            }
            let next = pace.take(word, tokens, ticks)?;
            // Before the token is taken: of two who take one at a time, the later one fails, or has seen the other. One
            // who fails ends the generation too, so a token that is given back just then is lost, and comes anew.
            // After the word was read: who lends says so before that changes.
            let generation = if inner.lends.load(Ordering::Acquire) && pace.is_turn(word, ticks) {
                inner.generation.fetch_add(1, Ordering::AcqRel) + 1
            } else {
                inner.generation.load(Ordering::Acquire)
            };
            match inner.word.compare_exchange(word, next, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return Some(Token { tokens, at: now, next, generation }),
                Err(changed) => word = changed,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Box<State>>> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what needs the lock, and wakes whom that concerns after it is released.
    fn under_lock<T>(&self, change: impl FnOnce(&mut State, &mut Wakers) -> T) -> T {
        let inner = &*self.0;
        let mut wakers = Wakers::new();
        let mut guard = self.lock();
        let state = guard.get_or_insert_with(|| Box::new(State::new(&inner.common.settings)));
        // From here on nobody takes a token beside us.
        let full_at = inner.word.fetch_or(LOCKED, Ordering::AcqRel) & !LOCKED;
        let generation = inner.generation.load(Ordering::Acquire);
        state.quota.set_bucket(full_at, generation);
        let result = change(state, &mut wakers);
        let (full_at, later) = state.quota.bucket();
        inner.generation.fetch_add(later - generation, Ordering::AcqRel);
        let plain = state.quota.is_plain() && state.line.is_empty();
        inner.word.store(full_at | if plain { 0 } else { LOCKED }, Ordering::Release);
        drop(guard);
        wakers.into_iter().for_each(std::task::Waker::wake);
        result
    }

    /// Whether nobody holds it but the one who asks.
    fn is_free(&mut self) -> bool {
        Arc::get_mut(&mut self.0).is_some()
    }

    /// Whether it is as good as new besides.
    fn is_forgettable(&mut self, now: Moment) -> bool {
        if !self.is_free() {
            return false;
        }
        let word = self.0.word.load(Ordering::Acquire);
        if let Some(pace) = self.0.common.pace.filter(|_| word & LOCKED == 0) {
            return word <= pace.ticks(now);
        }
        self.under_lock(|state, _| state.line.is_empty() && state.quota.is_idle(now))
    }
}

impl fmt::Debug for RateLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RateLimiter").field(&self.snapshot()).finish()
    }
}
