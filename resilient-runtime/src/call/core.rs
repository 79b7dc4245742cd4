use std::{borrow::Cow, time::Duration};

use rand::rngs::SmallRng;

use super::{
    lookup::{Find, Stale, find},
    refresh,
};
use crate::{
    CircuitBreaker, ErrorKind, Pipeline, Priority, Provenance, RateLimiter, Rejection,
    TimeoutScope,
    breaker::{Ending, Permit},
    bulkhead::{Place, Sample},
    cache::{Cache, Found, InMemory, Key, Load, Promotion, Spare},
    clock::Moment,
    counters::End,
    deadline,
    guards::Limiters,
    outcome::{Codec, Kept, Verdict},
    pipeline::Inner,
    rate, warm,
};

/// The longest pause of the limiter that a service can ask for, where no retry says how long a call would wait.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What a call that the cache did not serve is to it.
pub(super) struct Miss {
    /// What an expired answer would be found by.
    key: Box<[u8]>,
    load: Option<Load>,
    /// What is there, where this call loads it anew before it expires.
    spare: Option<Spare>,
    /// Whether the call is there to fill the cache.
    warming: bool,
    /// Whether a task of its own loads it.
    in_background: bool,
}

impl Miss {
    fn is_of(&self, key: &[u8]) -> bool {
        *self.key == *key
    }

    /// Whether nobody waits for an answer, and nothing but one is of any use.
    fn only_fills(&self) -> bool {
        self.warming || self.in_background
    }
}

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
    /// When the present attempt began, and when the first one did.
    pub(super) begun: Moment,
    pub(super) first_begun: Moment,
    pub(super) attempts: u32,
    /// How many requests beside the attempts were sent.
    pub(super) hedges: u32,
    /// Whether the loop is over: the call succeeded, failed for good, was rejected or was found in the cache.
    pub(super) settled: bool,
    /// What to wait before the next attempt, in nanoseconds: half as large as a duration.
    pause: u64,
    // Boxed, like what is loaded: most calls need neither, and every call's future would be larger by them.
    pub(super) jitter: Option<Box<SmallRng>>,
    pub(super) miss: Option<Box<Miss>>,
    /// The breaker of this call's key, where breakers are keyed.
    pub(super) keyed: Option<CircuitBreaker>,
    /// The rate limiter of this call's key, where limiters are keyed.
    pub(super) keyed_limiter: Option<RateLimiter>,
    /// Its priority, where the attribute gives one.
    pub(super) priority: Option<Priority>,
    /// The breaker's permit, where it counts calls and not attempts.
    pub(super) call_permit: Option<Permit<'m>>,
    /// The place in the bulkhead.
    pub(super) place: Option<Place<'m>>,
    /// How the last attempt ended, and how the call did: not at all while another attempt is planned.
    pub(super) last: Option<End>,
    pub(super) end: Option<End>,
    pub(super) rungs: u16,
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
            begun: now,
            first_begun: now,
            attempts: 0,
            hedges: 0,
            settled: false,
            pause: 0,
            jitter: None,
            miss: None,
            keyed: None,
            keyed_limiter: None,
            priority: None,
            call_permit: None,
            place: None,
            last: None,
            end: None,
            rungs: 0,
            provenance: Provenance::Unknown,
            finished: false,
        }
    }

    #[cold]
    pub(super) fn out_of_time(&self, deadline: Moment) -> Rejection {
        Rejection::TimedOut {
            service: self.pipeline.subject.service.clone(),
            limit: deadline.since(self.started),
            scope: TimeoutScope::Call,
        }
    }

    #[inline]
    pub(super) fn pause(&self) -> Duration {
        Duration::from_nanos(self.pause)
    }

    pub(super) fn set_pause(&mut self, pause: Duration) {
        self.pause = u64::try_from(pause.as_nanos()).unwrap_or(u64::MAX);
    }

    /// The rate limiter that it asks, if there is one.
    #[inline]
    pub(super) fn limiter(&self) -> Option<Cow<'m, RateLimiter>> {
        Some(match (self.pipeline.limiter.as_ref()?, &self.keyed_limiter) {
            (_, Some(limiter)) => Cow::Owned(limiter.clone()),
            (Limiters::One(limiter), None) => Cow::Borrowed(limiter),
            // Calls that give no key have a limiter of their own.
            (Limiters::Keyed(limiters), None) => Cow::Owned(limiters.get("")),
        })
    }

    /// The attribute's priority, or that of the request around the call.
    #[inline]
    pub(super) fn priority(&self) -> Priority {
        self.priority.unwrap_or_else(rate::priority)
    }

    /// How many times the method was called.
    #[inline]
    pub(super) fn requests(&self) -> u32 {
        self.attempts + self.hedges
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
        // A task's first call is that of a method that refreshes; no other pays for the question.
        let due = if cache.refreshes() { refresh::due() } else { None };
        let in_background = due.is_some();
        if let Some(due) = due.filter(|due| due.is_of(key)) {
            self.miss = Some(due);
            return Look::Nowhere;
        }
        let (load, spare, look) = match cache.in_memory(key, self.now) {
            InMemory::Fresh(value, provenance) => {
                self.pipeline.counters.memory_hits.add();
                return Look::Found(value, provenance);
            }
            InMemory::Due(spare, load) => {
                self.pipeline.counters.refreshes.add();
                (Some(load), Some(spare), Look::Nowhere)
            }
            InMemory::Nothing => {
                (None, None, Look::Further(find(cache, key.into(), codec, self.deadline)))
            }
        };
        let warming = warm::begins();
        let miss = Miss { key: key.into(), load, spare, warming, in_background };
        self.miss = Some(Box::new(miss));
        look
    }

    /// What this call loads, if it does.
    #[inline]
    pub(super) fn take_load(&mut self) -> Option<Load> {
        self.miss.as_mut()?.load.take()
    }

    /// Whether the call is there to fill the cache, which nothing but an answer does.
    pub(super) fn only_fills(&self) -> bool {
        self.miss.as_ref().is_some_and(|miss| miss.only_fills())
    }

    /// Lets those who wait for this call's load go: it brings nothing.
    #[inline]
    pub(super) fn give_up_load(&mut self) {
        if let Some(load) = self.take_load() {
            Cache::failed(load);
        }
    }

    #[inline]
    pub(super) fn has_spare(&self) -> bool {
        self.miss.as_ref().is_some_and(|miss| miss.spare.is_some())
    }

    /// Gives away what is to be loaded anew, with the value that is there. A call that is there to load keeps it.
    pub(super) fn put_off(&mut self) -> Option<(Box<Miss>, Kept, Provenance)> {
        let now = self.now;
        let mut due = self.miss.take_if(|miss| !miss.only_fills())?;
        due.in_background = true;
        let (value, provenance) = due.spare.as_ref()?.value(now);
        self.pipeline.counters.memory_hits.add();
        Some((due, value, provenance))
    }

    /// What was there before a refresh that has failed.
    #[cold]
    pub(super) fn spared(&mut self) -> Option<(Kept, Provenance)> {
        let spare = self.miss.as_mut()?.spare.take()?;
        self.give_up_load();
        self.pipeline.cache.as_ref()?.spared(spare, Moment::now())
    }

    /// Keeps the next caller from beginning a task at once, where this one brought an answer that is not kept.
    #[inline]
    pub(super) fn pause_refresh(&mut self) {
        if self.miss.as_ref().is_some_and(|miss| miss.in_background) {
            drop(self.spared());
        }
    }

    /// Looks for an answer that has expired and may still be served. Boxed, for a call that succeeds never looks.
    #[cold]
    pub(super) fn stale(&mut self, codec: Codec) -> Option<Stale<'_>> {
        self.give_up_load();
        let (miss, cache) = (self.miss.as_ref()?, self.pipeline.cache.as_ref()?);
        (!miss.only_fills()).then(|| -> Stale<'_> { Box::pin(cache.stale(&miss.key, codec)) })
    }

    /// Takes note of what the look beyond memory brought.
    pub(super) fn looked(
        &mut self,
        found: Option<Found>,
    ) -> Option<(Kept, Provenance, Option<Promotion>)> {
        self.now = Moment::now();
        let counters = &self.pipeline.counters;
        match found? {
            Found::Value { value, provenance, coalesced, promotion } => {
                match provenance {
                    Provenance::Disk { .. } => counters.disk_hits.add(),
                    _ if coalesced => counters.coalesced.add(),
                    _ => counters.memory_hits.add(),
                }
                Some((value, provenance, promotion))
            }
            Found::Nothing(load) => {
                counters.cache_misses.add();
                if let Some(miss) = &mut self.miss {
                    miss.load = Some(load);
                }
                None
            }
        }
    }

    #[cold]
    pub(super) fn failed(&self, kind: ErrorKind, elapsed: Duration) {
        self.pipeline.subject.attempt_failed(self.attempts, kind, elapsed);
    }

    /// Passes what an answer says of the service on to whatever adapts to it.
    pub(super) fn learn(
        &self,
        ending: Ending,
        verdict: &Verdict,
        timeout: Option<TimeoutScope>,
        started: Moment,
    ) {
        let pipeline = self.pipeline;
        let elapsed = self.now.since(started);
        let (throttled, refused, retry_after) = match verdict {
            Verdict::Error { throttled, refused, retry_after, .. } => {
                (*throttled, *refused, *retry_after)
            }
            _ => (false, false, None),
        };
        let timed_out = timeout.is_some();
        if timeout == Some(TimeoutScope::Attempt) {
            // An answer takes longer than the attempt had, however late this request of it was sent.
            self.took(self.now.since(self.begun));
        } else if ending != Ending::Failure && !refused {
            // How fast a service fails, or turns requests away, says nothing of its answers.
            self.took(elapsed);
        }
        if let Some(stretch) = &pipeline.stretch {
            // What counts as nothing says nothing here either, unless it asks for patience.
            if ending != Ending::Nothing || throttled {
                stretch.record(ending == Ending::Success, throttled);
            }
        }
        if let Some(limiter) = self.limiter() {
            if let Some(after) = retry_after.filter(|_| throttled) {
                let most = pipeline.settings.retry.map_or(LONGEST_PAUSE, |retry| retry.max_delay);
                limiter.pause_at(after.min(most), self.now);
            }
            match ending {
                _ if throttled => limiter.sample(rate::Sample::Throttled, self.now),
                _ if timed_out => limiter.sample(rate::Sample::TimedOut, self.now),
                Ending::Success | Ending::Failure if !refused => {
                    limiter.sample(rate::Sample::Answer(elapsed), self.now);
                }
                _ => {}
            }
        }
        if let Some(place) = &self.place {
            match ending {
                _ if timed_out => place.sample(Sample::Timeout(elapsed), self.now),
                _ if throttled => place.sample(Sample::Overload, self.now),
                Ending::Success | Ending::Failure => {
                    place.sample(Sample::Answer(elapsed), self.now);
                }
                Ending::Nothing => {}
            }
        }
    }

    /// Remembers how long a request took, where something follows that.
    pub(super) fn took(&self, elapsed: Duration) {
        if let Some(latencies) = &self.pipeline.latencies {
            latencies.record(elapsed, self.now);
        }
    }

    #[cold]
    pub(super) fn reject(&mut self, rejection: &Rejection) {
        self.pipeline.subject.rejected(rejection);
        self.pipeline.counters.rejected(rejection);
        self.end = Some(End::Rejected);
        self.leave();
    }

    /// Ends the loop: what only the attempts need is given back, before a fallback is asked.
    pub(super) fn leave(&mut self) {
        self.settled = true;
        self.place = None;
        if let Some(permit) = self.call_permit.take() {
            let ending = match self.last {
                Some(End::Success) => Ending::Success,
                Some(End::Failure) => Ending::Failure,
                Some(End::Ignored | End::Rejected) | None => Ending::Nothing,
            };
            // What the call waited in our own lines before says nothing of the service.
            permit.record(ending, self.now.since(self.first_begun), self.now);
        }
    }

    /// Writes the call into the books.
    pub(super) fn close(&mut self) {
        self.finished = true;
        let counters = &self.pipeline.counters;
        match self.end {
            Some(End::Success) => counters.successes.add(),
            Some(End::Failure) => counters.failures.add(),
            Some(End::Ignored) => counters.ignored.add(),
            // Counted by its reason when it was rejected.
            Some(End::Rejected) => {}
            None => counters.cancelled.add(),
        }
        self.give_up_load();
    }
}

impl Drop for Core<'_> {
    fn drop(&mut self) {
        if !self.finished {
            // Dropped on its way: the load goes to the next in line, not to everybody at once.
            drop(self.take_load());
            self.close();
        }
    }
}
