//! The rate limiter: how many requests a service is sent.

mod adaptive;
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

use resilient_policy::{RateAdaptation, RateAlgorithm, RateConfig, RateSettings};

pub(crate) use self::{adaptive::Sample, keyed::KeyedLimiters, quota::Token, waiting::Waiting};
use self::{
    pace::Pace,
    snapshot::Counts,
    state::{Asked, State, Wakers},
};
pub use self::{
    priority::{Priority, priority, with_priority},
    reservation::Reservation,
    snapshot::{ByPriority, KeyedRateSnapshot, RateCounts, RateSnapshot},
};
use crate::{
    ConfigError, Name, Rejection,
    clock::Moment,
    config_error::subject,
    deadline,
    sync::{Arc, AtomicU64, Mutex, MutexGuard, Ordering, PoisonError},
};

/// A rate limiter: a handle that is cheap to clone.
///
/// Requests leave as a token bucket or a sliding window allows; who finds no token gets the next slot, behind those who
/// wait already, and by [`Priority`]. Every parameter and its default: [`RateConfig`]. How it works:
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
            state: Mutex::new(None),
        }))
    }

    pub(crate) fn settings(&self) -> &RateSettings {
        &self.0.common.settings
    }

    fn counts(&self) -> &Counts {
        &self.0.common.counts
    }

    /// Everything about it, at one moment.
    ///
    /// The counts of one of many [keyed](RateConfig::keyed) limiters are those of all of them.
    pub fn snapshot(&self) -> RateSnapshot {
        let now = Moment::now();
        let settings = self.settings();
        self.under_lock(|state, wakers| {
            state.serve(now, wakers);
            let waiting = state.line.waiting();
            RateSnapshot {
                limit: state.quota.limit(),
                per: settings.per,
                burst: state.quota.burst(),
                algorithm: settings.algorithm,
                adaptive: settings.adaptive,
                available: if state.line.is_empty() { state.quota.available(now) } else { 0 },
                waiting: waiting.iter().sum(),
                waiting_by_priority: waiting.into(),
                next_slot: state.next_slot(1, Priority::Normal, now),
                counts: self.counts().get(),
            }
        })
    }

    /// Takes tokens if they are there and nobody waits; never waits itself.
    ///
    /// # Errors
    ///
    /// [`Rejection::RateLimited`], which says when they would be there.
    pub fn try_acquire(&self, tokens: u32) -> Result<(), Rejection> {
        let (now, priority) = (Moment::now(), priority());
        if self.spare(tokens, priority, now).is_some() {
            return Ok(());
        }
        self.counts().rejected.add(priority, 1);
        Err(self.rejection(self.next_slot(tokens, priority, now)))
    }

    /// Takes tokens, and waits for them where they are not there yet: at most for the `wait` of its configuration, or
    /// until the deadline of the decorated call around it. Its priority is that of [`with_priority`].
    ///
    /// # Errors
    ///
    /// [`Rejection::RateLimited`] at once where the tokens come later than that, and always for more than `burst` of
    /// them, which are never there at once; later where others of a higher priority came before.
    pub async fn acquire(&self, tokens: u32) -> Result<(), Rejection> {
        self.reserve(tokens)?.redeem().await
    }

    /// Takes a slot for so many tokens, as [`acquire`](Self::acquire) does, without waiting for them yet.
    ///
    /// # Errors
    ///
    /// As for [`acquire`](Self::acquire).
    pub fn reserve(&self, tokens: u32) -> Result<Reservation, Rejection> {
        let (now, priority) = (Moment::now(), priority());
        match self.ask(tokens, priority, now, deadline::inherited()) {
            Ok(admission) => Ok(Reservation::new(self.clone(), priority, admission)),
            Err(wait) => Err(self.rejection(wait)),
        }
    }

    /// Lets nobody through for so long, unless it pauses for longer already. No burst gathers meanwhile.
    pub fn pause(&self, length: Duration) {
        self.pause_at(length.min(resilient_policy::duration::LONGEST), Moment::now());
    }

    /// Changes the requests in each `per`. Those who wait stay in line, what was taken stays taken, and `burst` as it is.
    ///
    /// Where the limiter adapts, it is the most that the rate becomes.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] for a limit that could not have been configured either.
    pub fn set_limit(&self, limit: f64) -> Result<(), ConfigError> {
        let settings = self.settings();
        let mut config =
            RateConfig::new().limit(limit).per(settings.per).algorithm(settings.algorithm);
        if settings.algorithm == RateAlgorithm::Both {
            config = config.burst(settings.burst);
        }
        let mut problems = config.problems();
        if problems.is_empty() {
            problems = config.final_problems();
        }
        if !problems.is_empty() {
            let subject = subject(&self.0.common.service, None);
            return Err(ConfigError::Invalid { subject, problems });
        }
        let now = Moment::now();
        self.under_lock(|state, wakers| {
            state.quota.turn(now);
            state.quota.set_limit(limit, now);
            if let Some(adaptive) = &mut state.adaptive {
                let rate = adaptive.set_max(limit);
                state.quota.set_pace(rate, now);
            }
            state.serve(now, wakers);
        });
        Ok(())
    }

    fn rejection(&self, retry_after: Duration) -> Rejection {
        Rejection::RateLimited { service: self.0.common.service.clone(), retry_after }
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
        let token = self.take(tokens, now).or_else(|| {
            self.under_lock(|state, wakers| {
                state.serve(now, wakers);
                (state.line.is_empty()).then(|| state.quota.take(tokens, now)).flatten()
            })
        })?;
        self.counts().admitted.add(priority, tokens);
        Some(token)
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
        if let Some(token) = self.take(tokens, now) {
            counts.admitted.add(priority, tokens);
            return Ok(Admission::Taken(token));
        }
        match self.under_lock(|state, wakers| state.ask(tokens, priority, now, deadline, wakers)) {
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

    /// Takes tokens without the lock, where that is all there is to it.
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
            // Before the token is taken: of two who take one at a time, the later one fails, or has seen the other.
            let generation = if pace.is_turn(word, ticks) {
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
