//! What a call asks for before each attempt: a place in the bulkhead, the breaker, a token of the limiter.

use std::{future::Future, pin::Pin, time::Duration};

use resilient_policy::Per;

use super::core::Core;
use crate::{
    BulkheadFullReason, CircuitBreaker, Rejection, TimeoutScope,
    attempt::{Attempt, Limit, Watch},
    breaker::Permit,
    bulkhead::{self, Entry, Place},
    clock::Moment,
    guards::Breakers,
    latency::adaptive_limit,
    rate,
    sleep::sleep,
};

/// What becomes of a call that asks for an attempt.
pub(super) enum Admission<'m> {
    Attempt(Attempt<'m>),
    Rejected(Rejection),
    /// Not now. Boxed: few calls wait, and every call's future would be larger by it.
    Waits(Box<Wait<'m>>),
}

/// What is waited for.
pub(super) enum Wait<'m> {
    Pause,
    Place(bulkhead::Waiting<'m>),
    Token(rate::Waiting),
}

impl<'m> Core<'m> {
    /// Asks for everything that an attempt needs. No future, for most calls need not wait.
    pub(super) fn admit(&mut self) -> Admission<'m> {
        if self.pause().is_zero() {
            self.ask_bulkhead()
        } else {
            Admission::Waits(Box::new(Wait::Pause))
        }
    }

    /// Waits for what an attempt needs, and for what it turns out to need after that.
    pub(super) fn wait(
        &mut self,
        mut wait: Box<Wait<'m>>,
    ) -> Pin<Box<dyn Future<Output = Result<Attempt<'m>, Rejection>> + Send + '_>> {
        // Its type ends here: the compiler shows once, and not for each method, that it is `Send`.
        Box::pin(async move {
            loop {
                let admission = match *wait {
                    Wait::Pause => {
                        sleep(self.pause()).await;
                        self.now = Moment::now();
                        self.ask_bulkhead()
                    }
                    Wait::Place(waiting) => {
                        let place = waiting.place().await;
                        self.now = Moment::now();
                        self.enter(place)
                    }
                    Wait::Token(waiting) => match self.wait_for_token(waiting).await {
                        Ok(permit) => self.begin_attempt(permit),
                        Err(rejection) => Admission::Rejected(rejection),
                    },
                };
                match admission {
                    Admission::Attempt(attempt) => return Ok(attempt),
                    Admission::Rejected(rejection) => return Err(rejection),
                    Admission::Waits(another) => wait = another,
                }
            }
        })
    }

    /// Asks for a place for the whole call, unless it has one, and goes on with it.
    fn ask_bulkhead(&mut self) -> Admission<'m> {
        if let Err(rejection) = self.in_time() {
            return Admission::Rejected(rejection);
        }
        let Some(bulkhead) = self.pipeline.bulkhead.as_ref().filter(|_| self.place.is_none())
        else {
            return self.ask_guards();
        };
        match bulkhead.ask(self.now, self.deadline) {
            Ok(Entry::Place(place)) => self.enter(Ok(place)),
            Ok(Entry::Queued(waiting)) => {
                self.pipeline.subject.bulkhead_wait();
                Admission::Waits(Box::new(Wait::Place(waiting)))
            }
            Err(reason) => self.enter(Err(reason)),
        }
    }

    /// Goes on with the place in the bulkhead, if there is one.
    #[inline]
    fn enter(&mut self, place: Result<Place<'m>, BulkheadFullReason>) -> Admission<'m> {
        match place {
            Ok(place) => self.place = Some(place),
            Err(reason) => {
                let service = self.pipeline.subject.service.clone();
                return Admission::Rejected(Rejection::BulkheadFull { service, reason });
            }
        }
        match self.in_time() {
            Ok(()) => self.ask_guards(),
            Err(rejection) => Admission::Rejected(rejection),
        }
    }

    /// Asks the breaker and the rate limiter.
    #[inline]
    fn ask_guards(&mut self) -> Admission<'m> {
        let permit = match self.ask_breaker() {
            Ok(permit) => permit,
            Err(rejection) => return Admission::Rejected(rejection),
        };
        match self.ask_limiter() {
            Ok(None) => self.begin_attempt(permit),
            Ok(Some(waiting)) => {
                // Nobody should be kept from probing by a call that only stands in line, and the breaker may open while
                // it does: it is asked again.
                drop(permit);
                if self.attempts == 0 {
                    self.call_permit = None;
                }
                Admission::Waits(Box::new(Wait::Token(waiting)))
            }
            Err(rejection) => Admission::Rejected(rejection),
        }
    }

    /// Takes a token, or a stand in the limiter's line.
    fn ask_limiter(&self) -> Result<Option<rate::Waiting>, Rejection> {
        if self.pipeline.limiter.is_none() {
            return Ok(None);
        }
        let Some(limiter) = self.limiter() else { return Ok(None) };
        match limiter.ask(1, self.priority(), self.now, self.deadline) {
            Ok(rate::Admission::Taken(_)) => Ok(None),
            Ok(rate::Admission::Slot { wait, waiting }) => {
                self.pipeline.subject.rate_wait(wait);
                Ok(Some(waiting))
            }
            Err(retry_after) => Err(self.rate_limited(retry_after)),
        }
    }

    async fn wait_for_token(
        &mut self,
        waiting: rate::Waiting,
    ) -> Result<Option<Permit<'m>>, Rejection> {
        let token = waiting.token().await;
        self.now = Moment::now();
        let Some(limiter) = self.limiter() else { return self.ask_breaker() };
        let priority = self.priority();
        if let Ok(token) = token {
            limiter.admitted(token, priority);
        }
        let admitted = self.in_time().and_then(|()| match token {
            Ok(_) => self.ask_breaker(),
            Err(_) => Err(self.rate_limited(limiter.next_slot(1, priority, self.now))),
        });
        admitted.inspect_err(|_| {
            if let Ok(token) = token {
                limiter.give_back(token, priority, self.now);
            }
        })
    }

    #[inline]
    fn begin_attempt(&mut self, permit: Option<Permit<'m>>) -> Admission<'m> {
        let pipeline = self.pipeline;
        self.attempts += 1;
        self.begun = self.now;
        pipeline.counters.attempts.add();
        if self.attempts > 1 {
            pipeline.counters.retries.add();
        } else {
            self.first_begun = self.now;
            if let Some(budget) = &pipeline.budget {
                budget.deposit(self.now);
            }
        }
        pipeline.subject.attempt(self.attempts);
        Admission::Attempt(Attempt { permit, watch: self.watch(), started: self.now })
    }

    /// Whether the call has time left.
    #[inline]
    fn in_time(&self) -> Result<(), Rejection> {
        match self.deadline.filter(|deadline| self.now >= *deadline) {
            Some(deadline) => Err(self.out_of_time(deadline)),
            None => Ok(()),
        }
    }

    fn rate_limited(&self, retry_after: Duration) -> Rejection {
        Rejection::RateLimited { service: self.pipeline.subject.service.clone(), retry_after }
    }

    /// The breaker's leave for an attempt; where it counts calls, the first attempt's is kept for all of them.
    #[inline]
    fn ask_breaker(&mut self) -> Result<Option<Permit<'m>>, Rejection> {
        if self.pipeline.breaker.is_none() {
            return Ok(None);
        }
        let settings = self.pipeline.settings.breaker.as_ref();
        if settings.is_some_and(|breaker| breaker.per == Per::Call) {
            if self.attempts == 0 {
                self.call_permit = self.breaker_permit(self.now)?;
            }
            return Ok(None);
        }
        self.breaker_permit(self.now)
    }

    #[inline]
    fn breaker_permit(&self, now: Moment) -> Result<Option<Permit<'m>>, Rejection> {
        let admitted = match (&self.pipeline.breaker, &self.keyed) {
            (None, _) => return Ok(None),
            (_, Some(breaker)) => breaker.clone().admit_owned(now),
            (Some(Breakers::One(breaker)), None) => breaker.admit(now),
            // Calls that give no key have a breaker of their own.
            (Some(Breakers::Keyed(breakers)), None) => breakers.get("").admit_owned(now),
        };
        match admitted {
            Ok(permit) => Ok(Some(permit)),
            Err(retry_after) => {
                let service = self.pipeline.subject.service.clone();
                Err(Rejection::BreakerOpen { service, retry_after })
            }
        }
    }

    /// One more request for an attempt that is out, if the breaker is closed, a token is spare and the budget has one.
    pub(super) fn spare_attempt(&mut self, limit: Option<Limit>) -> Option<Attempt<'m>> {
        let now = Moment::now();
        let pipeline = self.pipeline;
        if limit.is_some_and(|limit| now >= limit.at) || !self.breaker_passes() {
            return None;
        }
        let (limiter, priority) = (self.limiter(), self.priority());
        let token = match &limiter {
            Some(limiter) => Some(limiter.spare(1, priority, now)?),
            None => None,
        };
        let per_call = self.call_permit.is_some();
        let affordable = pipeline.budget.as_ref().is_none_or(|budget| budget.withdraw(now));
        let permit = if !affordable {
            None
        } else if per_call {
            Some(None)
        } else {
            self.breaker_permit(now).ok()
        };
        let Some(permit) = permit else {
            if let (Some(limiter), Some(token)) = (limiter, token) {
                limiter.give_back(token, priority, now);
            }
            return None;
        };
        self.hedges += 1;
        pipeline.counters.attempts.add();
        pipeline.counters.hedges.add();
        pipeline.subject.hedge(self.attempts, self.hedges);
        Some(Attempt { permit, watch: limit.map_or(Watch::Timed, Watch::Limited), started: now })
    }

    /// Whether the breaker lets every call pass, be it because it was told to.
    fn breaker_passes(&self) -> bool {
        self.asked_breaker().is_none_or(|breaker| breaker.passes())
    }

    /// How long the breaker rejects; `None` while calls or probes pass.
    pub(super) fn breaker_open_for(&self) -> Option<Duration> {
        self.asked_breaker()?.closed_for(self.now)
    }

    fn asked_breaker(&self) -> Option<CircuitBreaker> {
        match (self.pipeline.breaker.as_ref()?, &self.keyed) {
            (_, Some(breaker)) | (Breakers::One(breaker), None) => Some(breaker.clone()),
            (Breakers::Keyed(breakers), None) => Some(breakers.get("")),
        }
    }

    #[inline]
    fn watch(&self) -> Watch {
        match self.limit() {
            Some(limit) => Watch::Limited(limit),
            None if self.pipeline.timed => Watch::Timed,
            None => Watch::Untimed,
        }
    }

    /// The attempt's own timeout, or what is left of the call's.
    #[inline]
    fn limit(&self) -> Option<Limit> {
        let call = self.deadline.map(|at| Limit { at, scope: TimeoutScope::Call });
        let Some(timeout) = &self.pipeline.settings.timeout else { return call };
        let fixed = timeout.attempt.map(|time| time.of(self.attempts));
        let after = match timeout.adaptive.as_ref().zip(self.pipeline.latencies.as_ref()) {
            Some((settings, latencies)) => {
                Some(adaptive_limit(settings, fixed, latencies, self.pipeline.load(), self.now))
            }
            None => fixed,
        };
        let Some(after) = after else { return call };
        let attempt = Limit { at: self.now + after, scope: TimeoutScope::Attempt };
        call.filter(|call| call.at < attempt.at).or(Some(attempt))
    }
}
