//! What a call asks for before each attempt: a place in the bulkhead, the breaker, a token of the limiter.

use std::{future::Future, pin::Pin, time::Duration};

use super::core::Core;
use crate::{
    BulkheadFullReason, CircuitBreaker, Rejection,
    attempt::{Attempt, Limit, Watch},
    breaker::Permit,
    bulkhead::{Bulkhead, Entry, Place},
    clock::Moment,
    digest::AttemptLimit,
    guards::Breakers,
    latency::adaptive_limit,
    rate,
    sleep::sleep,
};

/// What becomes of a call that asks for an attempt.
pub(super) enum Admission<'m> {
    /// The call's [`attempt`](Core::attempt).
    Attempt,
    Rejected(Rejection),
    /// Not now.
    Waits(Wait<'m>),
}

/// What is waited for. Boxed: few calls wait, and every call's future would be larger by it. And its type ends here: the
/// compiler shows once, and not for each method, that it is `Send`.
pub(super) type Wait<'m> = Pin<Box<dyn Future<Output = Waited<'m>> + Send + 'm>>;

/// What came of a wait.
pub(super) enum Waited<'m> {
    Pause,
    Place(Result<Place<'m>, BulkheadFullReason>),
    Token(Option<rate::Token>),
}

impl<'m> Core<'m> {
    /// Waits out the pause before an attempt, and asks for everything that it needs. No future, for most calls need not
    /// wait.
    #[inline]
    pub(super) fn admit(&mut self) -> Admission<'m> {
        if self.has_pause() { self.pauses() } else { self.ask() }
    }

    #[cold]
    fn pauses(&self) -> Admission<'m> {
        let pause = sleep(self.pause());
        Admission::Waits(Box::pin(async {
            pause.await;
            Waited::Pause
        }))
    }

    /// Goes on after a wait.
    #[cold]
    pub(super) fn resume(&mut self, waited: Waited<'m>) -> Admission<'m> {
        self.now = Moment::now();
        match waited {
            Waited::Pause => self.ask(),
            Waited::Place(Ok(place)) => {
                self.place = Some(place);
                self.ask()
            }
            Waited::Place(Err(reason)) => Admission::Rejected(self.bulkhead_full(reason)),
            Waited::Token(token) => match self.take(token) {
                Ok(()) => self.begin_late(),
                Err(rejection) => Admission::Rejected(rejection),
            },
        }
    }

    /// Asks for a place for the whole call, unless it has one; then the breaker, then for a token.
    fn ask(&mut self) -> Admission<'m> {
        if let Err(rejection) = self.in_time() {
            return Admission::Rejected(rejection);
        }
        if let Some(bulkhead) = &self.pipeline.bulkhead
            && self.place.is_none()
        {
            self.place = bulkhead.enter();
            if self.place.is_none() {
                return self.ask_bulkhead(bulkhead);
            }
        }
        if let Err(rejection) = self.ask_breaker() {
            return Admission::Rejected(rejection);
        }
        if self.pipeline.limiter.is_some() && !self.take_token() {
            return self.ask_limiter();
        }
        self.begin()
    }

    /// Takes a token if one is there.
    #[inline]
    fn take_token(&mut self) -> bool {
        let (now, priority) = (self.now, self.priority());
        self.limiter().is_none_or(|limiter| limiter.take_one(priority, now))
    }

    /// Asks for a place where none was free.
    #[cold]
    fn ask_bulkhead(&mut self, bulkhead: &'m Bulkhead) -> Admission<'m> {
        match bulkhead.ask(self.now, self.deadline) {
            Ok(Entry::Place(place)) => {
                self.place = Some(place);
                self.ask()
            }
            Ok(Entry::Queued(waiting)) => {
                self.pipeline.subject.bulkhead_wait();
                Admission::Waits(Box::pin(async { Waited::Place(waiting.place().await) }))
            }
            Err(reason) => Admission::Rejected(self.bulkhead_full(reason)),
        }
    }

    /// Asks for a token where none was there.
    #[cold]
    fn ask_limiter(&mut self) -> Admission<'m> {
        let (now, deadline, priority) = (self.now, self.deadline, self.priority());
        let Some(limiter) = self.limiter() else { return self.begin_late() };
        match limiter.ask(1, priority, now, deadline) {
            Ok(rate::Admission::Taken(_)) => self.begin_late(),
            Ok(rate::Admission::Slot { wait, waiting }) => {
                self.pipeline.subject.rate_wait(wait);
                // Nobody should be kept from probing by a call that only stands in line, and the breaker may open while
                // it does: it is asked again.
                self.let_others_pass();
                Admission::Waits(Box::pin(async { Waited::Token(waiting.token().await.ok()) }))
            }
            Err(retry_after) => {
                // It never left: it must not end as the attempt before it did.
                self.let_others_pass();
                Admission::Rejected(self.rate_limited(retry_after))
            }
        }
    }

    /// Gives back what the breaker admitted, for an attempt that does not begin now.
    fn let_others_pass(&mut self) {
        if !self.keeps_admission() {
            self.take_admission_back();
        }
    }

    /// Goes on with the token that it waited for, if it came.
    fn take(&mut self, token: Option<rate::Token>) -> Result<(), Rejection> {
        let (now, priority) = (self.now, self.priority());
        if let (Some(token), Some(limiter)) = (token, self.limiter()) {
            limiter.admitted(token, priority);
        }
        let admitted = self.in_time().and_then(|()| match token {
            Some(_) => self.ask_breaker(),
            None => {
                let next = self.limiter().map(|limiter| limiter.next_slot(1, priority, now));
                Err(self.rate_limited(next.unwrap_or_default()))
            }
        });
        if let (Err(_), Some(token), Some(limiter)) = (&admitted, token, self.limiter()) {
            limiter.give_back(token, priority, now);
        }
        admitted
    }

    /// [`begin`](Self::begin) after what seldom happens.
    #[cold]
    fn begin_late(&mut self) -> Admission<'m> {
        self.begin()
    }

    #[expect(clippy::inline_always, reason = "in one place of two, and each call comes by there")]
    #[inline(always)]
    fn begin(&mut self) -> Admission<'m> {
        let pipeline = self.pipeline;
        self.attempts += 1;
        self.begun = self.now;
        self.line.attempts.add();
        if self.attempts > 1 {
            self.line.retries.add();
        } else {
            self.first_begun = self.now;
            if let Some(budget) = &pipeline.budget {
                budget.deposit(self.now);
            }
        }
        pipeline.subject.attempt(self.attempts);
        self.set_limit();
        Admission::Attempt
    }

    /// Whether the call has time left.
    #[inline]
    fn in_time(&self) -> Result<(), Rejection> {
        match self.deadline {
            Some(deadline) if self.now >= deadline => Err(self.out_of_time(deadline)),
            _ => Ok(()),
        }
    }

    #[cold]
    fn bulkhead_full(&self, reason: BulkheadFullReason) -> Rejection {
        Rejection::BulkheadFull { service: self.pipeline.subject.service.clone(), reason }
    }

    #[cold]
    fn breaker_open(&self, retry_after: Option<Duration>) -> Rejection {
        Rejection::BreakerOpen { service: self.pipeline.subject.service.clone(), retry_after }
    }

    #[cold]
    fn rate_limited(&self, retry_after: Duration) -> Rejection {
        Rejection::RateLimited { service: self.pipeline.subject.service.clone(), retry_after }
    }

    /// Whether what the breaker admitted is the call's, and stays so.
    #[inline]
    fn keeps_admission(&self) -> bool {
        self.attempts > 0 && self.pipeline.digest.per_call
    }

    /// The breaker's leave for an attempt; where it counts calls, the first attempt's holds for all of them.
    #[expect(clippy::inline_always, reason = "in one place of two, and each call comes by there")]
    #[inline(always)]
    fn ask_breaker(&mut self) -> Result<(), Rejection> {
        if self.keeps_admission() {
            return Ok(());
        }
        if self.attempts > 0 {
            // Of an attempt that was never run.
            self.take_admission_back();
        }
        let now = self.now;
        match self.asked_breaker().map(|breaker| breaker.pass(now)) {
            None => Ok(()),
            Some(Ok(admission)) => {
                self.admission = admission;
                Ok(())
            }
            Some(Err(retry_after)) => Err(self.breaker_open(retry_after)),
        }
    }

    /// One more request for an attempt that is out, if the breaker is closed, a token is spare and the budget has one.
    pub(super) fn spare_attempt(&mut self, limit: Option<Limit>) -> Option<Hedge> {
        let now = Moment::now();
        let pipeline = self.pipeline;
        if limit.is_some_and(|limit| now >= limit.at) || !self.breaker_passes() {
            return None;
        }
        let priority = self.priority();
        let token = match self.limiter() {
            Some(limiter) => Some(limiter.spare(1, priority, now)?),
            None => None,
        };
        let affordable = pipeline.budget.as_ref().is_none_or(|budget| budget.withdraw(now));
        let permit = match self.asked_breaker() {
            _ if !affordable => None,
            Some(breaker) if !pipeline.digest.per_call => breaker.admit(now).ok().map(Some),
            _ => Some(None),
        };
        let Some(permit) = permit else {
            if let (Some(limiter), Some(token)) = (self.limiter(), token) {
                limiter.give_back(token, priority, now);
            }
            return None;
        };
        self.hedges += 1;
        pipeline.counters.attempts.add();
        pipeline.counters.hedges.add();
        pipeline.subject.hedge(self.attempts, self.hedges);
        Some(Hedge { sent: now, permit })
    }

    /// Whether the breaker lets every call pass, be it because it was told to.
    fn breaker_passes(&mut self) -> bool {
        self.asked_breaker().is_none_or(CircuitBreaker::passes)
    }

    /// How long the breaker rejects; `None` while calls or probes pass.
    pub(super) fn breaker_open_for(&mut self) -> Option<Duration> {
        let now = self.now;
        self.asked_breaker()?.closed_for(now)
    }

    /// The breaker that it asks, if there is one.
    #[inline]
    fn asked_breaker(&mut self) -> Option<&CircuitBreaker> {
        match &self.pipeline.breaker {
            None => None,
            Some(Breakers::One(breaker)) => Some(breaker),
            // Calls that give no key have a breaker of their own.
            Some(Breakers::Keyed(breakers)) => {
                Some(self.keyed.get_or_insert_with(|| breakers.get("")))
            }
        }
    }

    /// The attempt that it was admitted to.
    #[inline]
    pub(super) fn attempt(&self) -> Attempt {
        Attempt { over: self.over, watch: self.watch }
    }

    #[expect(clippy::inline_always, reason = "in one place of two, and each call comes by there")]
    #[inline(always)]
    fn set_limit(&mut self) {
        let digest = &self.pipeline.digest;
        let own = match digest.attempt_limit {
            AttemptLimit::Never => None,
            AttemptLimit::Fixed(limit) => Some(self.now + limit),
            AttemptLimit::Varies => self.present_limit().map(|limit| self.now + limit),
        };
        (self.over, self.watch) = match (own, self.deadline) {
            (Some(own), None) => (own, Watch::Attempt),
            (Some(own), Some(call)) if call >= own => (own, Watch::Attempt),
            // What is left of the call's.
            (_, Some(call)) => (call, Watch::Call),
            (None, None) if digest.timed => (self.now, Watch::Timed),
            (None, None) => (self.now, Watch::Untimed),
        };
    }

    /// How long this attempt may take, by its number and by what others took.
    fn present_limit(&self) -> Option<Duration> {
        let timeout = self.pipeline.settings.timeout.as_ref()?;
        let fixed = timeout.attempt.map(|time| time.of(self.attempts));
        match timeout.adaptive.as_ref().zip(self.pipeline.latencies.as_ref()) {
            Some((settings, latencies)) => {
                Some(adaptive_limit(settings, fixed, latencies, self.pipeline.load(), self.now))
            }
            None => fixed,
        }
    }
}

/// A request beside the one that is out: when it was sent, and what the breaker admitted it by, which is nothing where it
/// counts calls.
pub(super) struct Hedge {
    pub(super) sent: Moment,
    pub(super) permit: Option<Permit>,
}
