//! One call on its way through the policies.

mod admit;
mod blocking;
mod book;
mod core;
pub(crate) mod held;
mod learn;
mod lookup;
mod miss;
mod next;
mod race;
mod refresh;
mod retry;
mod stale;

use self::{book::By, core::Core, held::Held, lookup::Find, miss::Look, retry::Plea};
pub use self::{
    lookup::Lookup,
    next::Next,
    race::Race,
    refresh::{Refresh, owned},
    stale::Stale,
};
use crate::{
    CircuitBreaker, ErrorKind, Failure, Pipeline, Priority, Provenance, RateLimiter, Rejection,
    attempt::{Answer, Attempted},
    breaker::Admission,
    cache::{Cache, Key, Promotion},
    clock::Moment,
    counters::{End, GiveUp},
    outcome::{BreakerKey, Cacheable, Fallible, Keeper, Kept, Verdict},
};

/// One call of a decorated method, from its begin to its outcome.
///
/// The expansion of the attribute drives it like this, and so does [`Policy::call`](crate::Policy::call):
///
/// ```text
/// let mut call = pipeline.begin(fallible::<Result<Market, ScoutError>>());
/// call.lookup(storable::<Result<Market, ScoutError>>(), Key::new().part(league)).await;
/// while let Some(attempt) = call.next_attempt().await {
///     let outcome = attempt.run(inner.market_data(league)).await;
///     call.settle(outcome);
/// }
/// call.stale().await;
/// if let Some(failure) = call.failure() {
///     call.recover(fallback(failure).await);
/// }
/// call.finish()
/// ```
///
/// A method that blocks is driven by the twins of these: `lookup_blocking`, `next_attempt_blocking`, `run_blocking` and
/// `stale_blocking`. [What that means](crate::guide::blocking).
///
/// Dropped before it is finished, it gives back all that it holds, and counts as cancelled.
#[must_use = "a call does nothing until it is driven"]
pub struct Call<'m, R, V, E> {
    core: Core<'m>,
    fallible: Fallible<R, V, E>,
    keeper: Option<Keeper<R>>,
    outcome: Held<R>,
}

impl<'m, R, V, E> Call<'m, R, V, E> {
    #[inline]
    pub(crate) fn new(pipeline: &'m Pipeline, fallible: Fallible<R, V, E>) -> Self {
        Self { core: Core::new(pipeline), fallible, keeper: None, outcome: Held::Nothing }
    }

    /// What a call asks that was prepared before it began.
    #[inline]
    pub(crate) fn prepare(
        &mut self,
        breaker: Option<CircuitBreaker>,
        limiter: Option<RateLimiter>,
        priority: Option<Priority>,
    ) {
        (self.core.keyed, self.core.keyed_limiter) = (breaker, limiter);
        self.core.priority = priority;
    }

    /// Asks the breaker of `key`, where breakers are keyed. Not once another one has admitted what is under way.
    pub fn breaker_for<K: BreakerKey + ?Sized>(&mut self, key: &K) {
        if !self.core.settled
            && self.core.admission == Admission::NONE
            && let Some(breaker) = self.core.pipeline.breaker_for(key)
        {
            self.core.keyed = Some(breaker);
        }
    }

    /// Asks the rate limiter of `key`, where limiters are keyed.
    pub fn rate_for<K: BreakerKey + ?Sized>(&mut self, key: &K) {
        if !self.core.settled
            && let Some(limiter) = self.core.pipeline.limiter_for(key)
        {
            self.core.keyed_limiter = Some(limiter);
        }
    }

    /// Waits for the rate limiter with this priority, whatever [`with_priority`](crate::with_priority) says.
    pub fn priority(&mut self, priority: Priority) {
        self.core.priority = Some(priority);
    }

    /// Looks for the answer in the cache. Found, it settles the call; if not, this call loads it, and others for the
    /// same key wait for it.
    #[inline]
    pub fn lookup(&mut self, cacheable: Cacheable<R>, key: Key) -> Lookup<'_, 'm, R, V, E> {
        self.keeper = Some(cacheable.keeper());
        let further = match self.core.look(&key) {
            Some(kept) => {
                cacheable.serve(&kept, &mut self.outcome);
                match self.outcome.as_ref() {
                    Some(outcome) if !self.fallible.failed(outcome) => self.core.end_served(),
                    _ => self.serve(&kept, self.core.provenance),
                }
                None
            }
            None => self.look_further(&key),
        };
        Lookup { call: self, further }
    }

    #[inline(never)]
    fn look_further(&mut self, key: &Key) -> Option<Find<'m>> {
        match self.core.look_further(key, self.keeper?.codec()) {
            Look::Nowhere => None,
            Look::Further(find) => Some(find),
            Look::Found(value, provenance) => {
                self.serve(&value, provenance);
                None
            }
        }
    }

    /// Settles the call with a value of the cache.
    fn serve(&mut self, value: &Kept, provenance: Provenance) {
        if let Some(outcome) = self.keeper.and_then(|keeper| keeper.serve(value)) {
            let remembered = self.fallible.failed(&outcome);
            self.outcome = Held::Outcome(outcome);
            self.core.settled = true;
            self.core.end = Some(if remembered { End::Ignored } else { End::Success });
            self.core.provenance = provenance;
            if remembered {
                self.core.pipeline.counters.negative_hits.add();
            }
        }
    }

    /// Puts what was served from disk into memory.
    fn promote(&mut self, promotion: Option<Promotion>) {
        let weight = self.outcome.as_ref().map(|outcome| self.fallible.weigh(outcome));
        if let (Some(promotion), Some(weight), Some(cache)) =
            (promotion, weight, &self.core.pipeline.cache)
        {
            cache.promote(promotion, weight, self.core.now);
        }
    }

    /// Waits out the backoff, and asks the breaker and the rate limiter for the next attempt; `None` when the call is
    /// settled or rejected.
    #[inline]
    pub fn next_attempt(&mut self) -> Next<'_, 'm, R, V, E> {
        Next { call: self, wait: None }
    }

    /// Ends the loop with a rejection of its next attempt.
    #[cold]
    fn rejected(&mut self, rejection: Rejection) {
        if self.outcome.is_none() {
            self.core.reject(&rejection);
            self.outcome = Held::Outcome(self.fallible.reject(rejection));
        } else {
            // The service's own error says more than a rejection of the retry.
            self.core.end = self.core.last;
            self.core.give_up(match rejection {
                Rejection::BreakerOpen { .. } => GiveUp::BreakerOpen,
                _ => GiveUp::Rejected,
            });
            self.core.leave();
        }
    }

    /// Records what became of an attempt, and decides whether there is another one.
    #[inline]
    pub fn settle(&mut self, attempted: Attempted<R>) {
        if let Answer::Came(outcome) = &attempted.answer
            && self.core.is_plain()
            && self.fallible.is_plainly_good(outcome)
        {
            self.core.end_well(attempted.ended);
            if let Answer::Came(outcome) = attempted.answer {
                self.outcome = Held::Outcome(outcome);
            }
        } else {
            self.settle_in_full(attempted);
        }
    }

    #[inline(never)]
    fn settle_in_full(&mut self, attempted: Attempted<R>) {
        let (outcome, verdict) = self.book(attempted, By::Call);
        self.conclude(outcome, verdict);
    }

    /// Decides whether there is another attempt after one that is recorded.
    fn conclude(&mut self, outcome: R, verdict: Verdict) {
        if matches!(verdict, Verdict::Success) {
            self.core.succeed();
            if self.core.miss.is_some() {
                self.keep(&outcome);
            }
        } else {
            self.ask_again(&outcome, verdict);
        }
        self.outcome = Held::Outcome(outcome);
    }

    /// Plans another attempt after one without a good answer, or ends the loop.
    #[cold]
    fn ask_again(&mut self, outcome: &R, verdict: Verdict) {
        match verdict {
            Verdict::Success | Verdict::Value { again: false, .. } => self.core.leave(),
            Verdict::Value { again: true, .. } => {
                self.core.plan_retry(Plea { retryable: true, repeatable: true, retry_after: None });
            }
            Verdict::Error { retry_after, retryable, unsent, .. } => {
                self.core.plan_retry(Plea { retryable, repeatable: unsent, retry_after });
            }
        }
        if let Verdict::Error { kind: ErrorKind::Client, .. } = verdict
            && self.core.settled
        {
            self.remember(outcome);
        }
        if !self.core.settled {
            let (subject, attempt) = (&self.core.pipeline.subject, self.core.attempts + 1);
            self.fallible.tell_retry(outcome, subject, attempt, self.core.pause());
        }
    }

    /// Records what became of one request.
    fn book(&mut self, attempted: Attempted<R>, by: By) -> (R, Verdict) {
        let Attempted { ended, answer } = attempted;
        let (outcome, verdict, timeout) = match answer {
            Answer::Came(outcome) => {
                let verdict = self.fallible.judge(&outcome);
                (outcome, verdict, None)
            }
            Answer::Late(limit) => {
                let outcome = self.fallible.reject(self.core.timed_out(limit));
                let verdict = self.fallible.judge_timeout(&outcome);
                (outcome, verdict, Some(limit.scope))
            }
        };
        self.core.book(&verdict, timeout, by, ended);
        (outcome, verdict)
    }

    /// Keeps a value that was loaded.
    fn keep(&mut self, outcome: &R) {
        let core = &mut self.core;
        let Some(load) = core.take_load() else { return };
        if let (Some(keeper), Some(cache)) = (self.keeper, &core.pipeline.cache)
            && self.fallible.may_keep(outcome)
            && let Some(value) = keeper.keep(outcome)
        {
            core.pipeline.counters.loads.add();
            let weight = self.fallible.weigh(outcome);
            cache.loaded(load, value, keeper.codec(), weight, core.now);
        } else {
            Cache::failed(load);
        }
    }

    /// Remembers an error that the same request would get again.
    fn remember(&mut self, outcome: &R) {
        let core = &mut self.core;
        // What is there and fresh says more than the error of a refresh.
        if let (Some(keeper), Some(cache)) = (self.keeper, &core.pipeline.cache)
            && cache.remembers()
            && !core.has_spare()
            && let Some(error) = keeper.keep_error(outcome)
            && let Some(load) = core.take_load()
        {
            cache.refused(load, error, core.now);
        }
    }

    /// Serves what is in the cache and fresh, where this call was to load it anew and failed.
    fn spare(&mut self) {
        let failed = |outcome: &R| self.fallible.failed(outcome);
        if !self.core.has_spare() || !self.outcome.as_ref().is_some_and(failed) {
            return;
        }
        if let (Some(keeper), Some((value, provenance))) = (self.keeper, self.core.spared())
            && let Some(outcome) = keeper.serve(&value)
        {
            if !self.core.only_fills() {
                self.core.pipeline.counters.memory_hits.add();
            }
            self.outcome = Held::Outcome(outcome);
            self.core.provenance = provenance;
        }
    }

    /// Why the call failed, for a fallback; `None` when it did not. To be asked once for each rung of a chain.
    #[inline]
    pub fn failure(&mut self) -> Option<Failure<E>> {
        if self.core.finished || self.core.is_answered() { None } else { self.failed() }
    }

    #[inline(never)]
    fn failed(&mut self) -> Option<Failure<E>> {
        self.spare();
        let core = &mut self.core;
        if core.only_fills() {
            return None;
        }
        let Held::Outcome(outcome) = self.outcome.take() else { return None };
        match self.fallible.split(outcome) {
            Ok(outcome) => {
                self.outcome = Held::Outcome(outcome);
                None
            }
            Err(error) => {
                // The fallback may take long: nobody else should wait for a value that this call will not bring.
                core.give_up_load();
                core.rungs = core.rungs.saturating_add(1);
                Some(Failure {
                    error,
                    service: core.pipeline.subject.service.clone(),
                    method: core.pipeline.subject.method.clone(),
                    attempts: core.requests(),
                    elapsed: Moment::now().since(core.started),
                })
            }
        }
    }

    /// Takes a fallback's outcome for the call's own.
    pub fn recover(&mut self, outcome: R) {
        self.core.provenance = if self.fallible.failed(&outcome) {
            Provenance::Failed
        } else {
            Provenance::Fallback { rung: self.core.rungs.into() }
        };
        self.outcome = Held::Outcome(outcome);
    }

    /// Ends the call. To be asked once.
    #[inline]
    pub fn finish(&mut self) -> R {
        if self.core.finished
            && let Held::Outcome(outcome) = self.outcome.take()
        {
            return outcome;
        }
        self.finish_in_full()
    }

    #[inline(never)]
    fn finish_in_full(&mut self) -> R {
        // Of an attempt that was never run.
        self.core.take_admission_back();
        self.spare();
        self.core.pause_refresh();
        let outcome = match self.outcome.take() {
            Held::Outcome(outcome) => outcome,
            // Reached only by a driver that did not drive the call: the expansion and `Policy` do.
            Held::Nothing => self.fallible.reject(self.core.out_of_time(self.core.now)),
        };
        // An answer that came is none that failed; of all others it is asked.
        let failed = !self.core.is_answered() && self.fallible.failed(&outcome);
        self.core.finish(failed);
        outcome
    }
}

impl<R, V, E> std::fmt::Debug for Call<'_, R, V, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call")
            .field("attempts", &self.core.attempts)
            .field("settled", &self.core.settled)
            .finish_non_exhaustive()
    }
}
