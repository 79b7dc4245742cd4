use std::time::Duration;

use rand::rngs::SmallRng;

use super::miss::Miss;
use crate::{
    CircuitBreaker, Pipeline, Priority, Provenance, RateLimiter, Rejection, TimeoutScope,
    attempt::Watch,
    breaker::{Admission, Ending},
    bulkhead::Place,
    clock::Moment,
    counters::{End, Line},
    deadline,
    guards::{Breakers, Limiters},
    pipeline::Inner,
    rate,
};

/// Everything about a call that does not depend on its types, so that it is compiled once.
pub(super) struct Core<'m> {
    pub(super) pipeline: &'m Inner,
    /// The counters of the thread that it began in: looked for once.
    pub(super) line: &'m Line,
    pub(super) started: Moment,
    pub(super) now: Moment,
    pub(super) deadline: Option<Moment>,
    /// When the present attempt began, and when the first one did.
    pub(super) begun: Moment,
    pub(super) first_begun: Moment,
    /// When the present attempt's time is over, if its watch says so.
    pub(super) over: Moment,
    /// The breaker's, for the attempt that is out, or for the whole call where it counts calls.
    pub(super) admission: Admission,
    /// The place in the bulkhead.
    pub(super) place: Option<Place<'m>>,
    /// What to wait before the next attempt, in nanoseconds: half as large as a duration.
    pause: u64,
    // Boxed, like what is loaded: most calls need neither, and every call's future would be larger by them.
    pub(super) jitter: Option<Box<SmallRng>>,
    pub(super) miss: Option<Box<Miss>>,
    /// The breaker of this call's key, where breakers are keyed.
    pub(super) keyed: Option<CircuitBreaker>,
    /// The rate limiter of this call's key, where limiters are keyed.
    pub(super) keyed_limiter: Option<RateLimiter>,
    pub(super) provenance: Provenance,
    pub(super) attempts: u32,
    /// How many requests beside the attempts were sent.
    pub(super) hedges: u32,
    pub(super) rungs: u16,
    pub(super) watch: Watch,
    /// Its priority, where the attribute gives one.
    pub(super) priority: Option<Priority>,
    /// How the last attempt ended, and how the call did: not at all while another attempt is planned.
    pub(super) last: Option<End>,
    pub(super) end: Option<End>,
    /// Whether the loop is over: the call succeeded, failed for good, was rejected or was found in the cache.
    pub(super) settled: bool,
    /// Whether it is in the books.
    pub(super) finished: bool,
}

impl<'m> Core<'m> {
    pub(super) fn new(pipeline: &'m Pipeline) -> Self {
        let pipeline = pipeline.inner();
        let now = Moment::now();
        let inherited = deadline::inherited();
        let deadline = match pipeline.digest.call_limit.map(|limit| now + limit) {
            Some(own) => Some(inherited.map_or(own, |inherited| inherited.min(own))),
            None => inherited,
        };
        let line = pipeline.counters.line();
        line.calls.add();
        Self {
            pipeline,
            line,
            started: now,
            now,
            deadline,
            begun: now,
            first_begun: now,
            over: now,
            admission: Admission::NONE,
            place: None,
            pause: 0,
            jitter: None,
            miss: None,
            keyed: None,
            keyed_limiter: None,
            provenance: Provenance::Unknown,
            attempts: 0,
            hedges: 0,
            rungs: 0,
            watch: Watch::Untimed,
            priority: None,
            last: None,
            end: None,
            settled: false,
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

    #[inline]
    pub(super) fn has_pause(&self) -> bool {
        self.pause != 0
    }

    pub(super) fn set_pause(&mut self, pause: Duration) {
        self.pause = u64::try_from(pause.as_nanos()).unwrap_or(u64::MAX);
    }

    /// The breaker that it asks, if there is one and it was asked.
    #[inline]
    pub(super) fn breaker(&self) -> Option<&CircuitBreaker> {
        match &self.pipeline.breaker {
            Some(Breakers::One(breaker)) => Some(breaker),
            Some(Breakers::Keyed(_)) => self.keyed.as_ref(),
            None => None,
        }
    }

    /// The rate limiter that it asks, if there is one.
    #[inline]
    pub(super) fn limiter(&mut self) -> Option<&RateLimiter> {
        match &self.pipeline.limiter {
            None => None,
            Some(Limiters::One(limiter)) => Some(limiter),
            // Calls that give no key have a limiter of their own.
            Some(Limiters::Keyed(limiters)) => {
                Some(self.keyed_limiter.get_or_insert_with(|| limiters.get("")))
            }
        }
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

    /// Gives back what the breaker admitted, where nothing came of it.
    pub(super) fn take_admission_back(&mut self) {
        if let Some(admission) = self.admission.take()
            && let Some(breaker) = self.breaker()
        {
            breaker.take_back(admission);
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
        if let Some(admission) = self.admission.take()
            && let Some(breaker) = self.breaker()
        {
            // Of an attempt it is used up by now: this one is of a breaker that counts calls.
            let ending = match self.last {
                Some(End::Success) => Ending::Success,
                Some(End::Failure) => Ending::Failure,
                Some(End::Ignored | End::Rejected) | None => Ending::Nothing,
            };
            // What the call waited in our own lines before says nothing of the service.
            breaker.end(admission, ending, || (self.now.since(self.first_begun), self.now));
        }
    }

    /// Writes the call into the books.
    #[inline]
    pub(super) fn close(&mut self) {
        self.finished = true;
        let counters = &self.pipeline.counters;
        match self.end {
            Some(End::Success) => self.line.successes.add(),
            Some(End::Failure) => self.line.failures.add(),
            Some(End::Ignored) => counters.ignored.add(),
            // Counted by its reason when it was rejected.
            Some(End::Rejected) => {}
            None => counters.cancelled.add(),
        }
        self.give_up_load();
    }

    /// What is left to do where it was dropped on its way.
    #[cold]
    fn cancel(&mut self) {
        self.take_admission_back();
        // The load goes to the next in line, not to everybody at once.
        drop(self.take_load());
        self.close();
    }
}

impl Drop for Core<'_> {
    #[inline]
    fn drop(&mut self) {
        if !self.finished {
            self.cancel();
        }
    }
}
