use std::time::Duration;

use rand::rngs::SmallRng;

use super::lookup::{Find, find};
use crate::{
    Pipeline, Provenance, Rejection, TimeoutScope,
    attempt::{Attempt, Limit},
    backoff,
    breaker::Permit,
    cache::{Cache, Found, Key, Load},
    clock::Moment,
    counters::End,
    deadline,
    outcome::{Codec, Kept},
    pipeline::Inner,
    rate,
};

/// What a look into memory found.
pub(super) enum Look<'m> {
    Found(Kept, Provenance),
    Further(Find<'m>),
    Nowhere,
}

/// Everything about a call that does not depend on its types, so that it is compiled once.
pub(super) struct Core<'m> {
    pub(super) pipeline: &'m Inner,
    pub(super) started: Moment,
    pub(super) now: Moment,
    pub(super) deadline: Option<Moment>,
    pub(super) attempts: u32,
    /// Whether the loop is over: the call succeeded, failed for good, was rejected or was found in the cache.
    pub(super) settled: bool,
    /// What to wait before the next attempt.
    pub(super) pause: Duration,
    // Boxed, like what is loaded: most calls need neither, and every call's future would be larger by them.
    pub(super) jitter: Option<Box<SmallRng>>,
    pub(super) rejection: Option<Rejection>,
    pub(super) load: Option<Box<Load>>,
    /// How the last attempt ended, and how the call did: not at all while another attempt is planned.
    pub(super) last: Option<End>,
    pub(super) end: Option<End>,
    pub(super) rungs: u32,
    pub(super) provenance: Provenance,
    pub(super) finished: bool,
}

impl<'m> Core<'m> {
    pub(super) fn new(pipeline: &'m Pipeline) -> Self {
        let pipeline = pipeline.inner();
        let now = Moment::now();
        let own =
            pipeline.settings.timeout.and_then(|timeout| timeout.call).map(|limit| now + limit);
        let inherited = deadline::inherited();
        pipeline.counters.calls.add();
        Self {
            pipeline,
            started: now,
            now,
            deadline: own.into_iter().chain(inherited).min(),
            attempts: 0,
            settled: false,
            pause: Duration::ZERO,
            jitter: None,
            rejection: None,
            load: None,
            last: None,
            end: None,
            rungs: 0,
            provenance: Provenance::Unknown,
            finished: false,
        }
    }

    pub(super) fn out_of_time(&self, deadline: Moment) -> Rejection {
        Rejection::TimedOut {
            service: self.pipeline.subject.service.clone(),
            limit: deadline.since(self.started),
            scope: TimeoutScope::Call,
        }
    }

    /// Waits for everything that an attempt needs.
    pub(super) async fn admit(&mut self) -> Result<Attempt<'m>, Rejection> {
        let pipeline = self.pipeline;
        if !self.pause.is_zero() {
            Box::pin(tokio::time::sleep(self.pause)).await;
            self.now = Moment::now();
        }
        self.in_time()?;
        let mut permit = self.ask_breaker()?;
        if let Some(limiter) = &pipeline.limiter {
            match limiter.ask(self.now, self.deadline) {
                Ok(rate::Token::Taken) => {}
                Ok(rate::Token::Slot { wait, place }) => {
                    // Nobody should be kept from probing by a call that only stands in line, and the breaker may open
                    // while it does: it is asked again.
                    drop(permit);
                    pipeline.subject.rate_wait(wait);
                    // Boxed: few calls wait, and every call's future would be larger by it.
                    let latest = self.now + limiter.settings().wait;
                    let latest = self.deadline.map_or(latest, |deadline| deadline.min(latest));
                    let token = Box::pin(place.token(latest)).await;
                    self.now = Moment::now();
                    let admitted = self.in_time().and_then(|()| match token {
                        Ok(()) => self.ask_breaker(),
                        Err(_) => Err(self.rate_limited(limiter.snapshot().next_slot)),
                    });
                    permit = admitted.inspect_err(|_| {
                        if token.is_ok() {
                            limiter.give_back();
                        }
                    })?;
                }
                Err(retry_after) => return Err(self.rate_limited(retry_after)),
            }
        }
        self.attempts += 1;
        pipeline.counters.attempts.add();
        if self.attempts > 1 {
            pipeline.counters.retries.add();
        }
        pipeline.subject.attempt(self.attempts);
        Ok(Attempt { permit, limit: self.limit(), started: self.now })
    }

    /// Whether the call has time left.
    fn in_time(&self) -> Result<(), Rejection> {
        match self.deadline.filter(|deadline| self.now >= *deadline) {
            Some(deadline) => Err(self.out_of_time(deadline)),
            None => Ok(()),
        }
    }

    fn rate_limited(&self, retry_after: Duration) -> Rejection {
        Rejection::RateLimited { service: self.pipeline.subject.service.clone(), retry_after }
    }

    fn ask_breaker(&self) -> Result<Option<Permit<'m>>, Rejection> {
        let Some(breaker) = &self.pipeline.breaker else { return Ok(None) };
        breaker.admit(self.now).map(Some).map_err(|retry_after| Rejection::BreakerOpen {
            service: self.pipeline.subject.service.clone(),
            retry_after,
        })
    }

    /// The attempt's own timeout, or what is left of the call's.
    fn limit(&self) -> Option<Limit> {
        let timeout = self.pipeline.settings.timeout;
        let attempt = timeout
            .and_then(|timeout| timeout.attempt)
            .map(|time| time.of(self.attempts))
            .map(|after| Limit { at: self.now + after, after, scope: TimeoutScope::Attempt });
        let call = self.deadline.map(|at| Limit {
            at,
            after: at.since(self.started),
            scope: TimeoutScope::Call,
        });
        match (attempt, call) {
            (Some(attempt), Some(call)) => Some(if call.at < attempt.at { call } else { attempt }),
            (attempt, call) => attempt.or(call),
        }
    }

    /// Decides whether an attempt that failed is followed by another one.
    pub(super) fn plan_retry(&mut self, retryable: bool, retry_after: Option<Duration>) {
        self.settled = true;
        let pipeline = self.pipeline;
        let Some(retry) = &pipeline.settings.retry else { return };
        let give_up = |reason| pipeline.subject.gave_up(self.attempts, reason);
        if !retryable {
            return give_up("not_retryable");
        }
        if self.attempts >= retry.max {
            return give_up("attempts");
        }
        let jitter = self.jitter.get_or_insert_with(|| Box::new(pipeline.seeds.next()));
        let backoff = backoff::delay(retry, self.attempts, self.pause, 1.0, jitter.as_mut());
        let delay = retry_after.map_or(backoff, |after| backoff.max(after.min(retry.max_delay)));
        if self.deadline.is_some_and(|deadline| self.now + delay >= deadline) {
            return give_up("deadline");
        }
        if pipeline
            .breaker
            .as_ref()
            .and_then(|breaker| breaker.closed_for(self.now))
            .is_some_and(|closed| closed > delay)
        {
            return give_up("breaker_open");
        }
        self.settled = false;
        self.end = None;
        self.pause = delay;
        pipeline.subject.retry(self.attempts + 1, delay);
    }

    /// Looks for the value in memory; where it is not, says how to find or load it.
    pub(super) fn look(&mut self, key: &Key, codec: Codec) -> Look<'m> {
        let Some(cache) = &self.pipeline.cache else { return Look::Nowhere };
        let Some(key) = key.bytes() else {
            self.pipeline
                .subject
                .cache(&"an argument cannot be serialized, so its answer is not cached");
            return Look::Nowhere;
        };
        match cache.in_memory(key, self.now) {
            Some((value, provenance)) => {
                self.pipeline.counters.memory_hits.add();
                Look::Found(value, provenance)
            }
            None => Look::Further(find(cache, key.into(), codec, self.deadline)),
        }
    }

    /// Takes note of what the look beyond memory brought.
    pub(super) fn looked(&mut self, found: Option<Found>) -> Option<(Kept, Provenance)> {
        self.now = Moment::now();
        let counters = &self.pipeline.counters;
        match found? {
            Found::Value { value, provenance, coalesced } => {
                match provenance {
                    Provenance::Disk { .. } => counters.disk_hits.add(),
                    _ if coalesced => counters.coalesced.add(),
                    _ => counters.memory_hits.add(),
                }
                Some((value, provenance))
            }
            Found::Nothing(load) => {
                counters.cache_misses.add();
                self.load = Some(Box::new(load));
                None
            }
        }
    }

    pub(super) fn reject(&mut self, rejection: Rejection) {
        self.settled = true;
        self.pipeline.subject.rejected(&rejection);
        self.end = Some(End::Rejected);
        self.rejection = Some(rejection);
    }

    /// Writes the call into the books.
    pub(super) fn close(&mut self) {
        self.finished = true;
        let counters = &self.pipeline.counters;
        match self.end {
            Some(End::Success) => counters.successes.add(),
            Some(End::Failure) => counters.failures.add(),
            Some(End::Ignored) => counters.ignored.add(),
            Some(End::Rejected) => {
                if let Some(rejection) = &self.rejection {
                    counters.rejected(rejection);
                }
            }
            None => counters.cancelled.add(),
        }
        if let Some(load) = self.load.take() {
            Cache::failed(*load);
        }
    }
}

impl Drop for Core<'_> {
    fn drop(&mut self) {
        if !self.finished {
            // Dropped on its way: the load goes to the next in line, not to everybody at once.
            drop(self.load.take());
            self.close();
        }
    }
}
