//! What a request and a call came to, for the books and for all who learn from it.

use super::core::Core;
use crate::{
    ErrorKind, Provenance, Rejection, TimeoutScope,
    attempt::Limit,
    breaker::{Ending, Permit},
    clock::Moment,
    counters::End,
    outcome::Verdict,
    provenance,
};

/// When a request was sent, and when it ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) started: Moment,
    /// `None` where it has only just ended.
    pub(super) ended: Option<Moment>,
}

impl<'m> Core<'m> {
    /// The rejection of a request that was cut short.
    #[cold]
    pub(super) fn timed_out(&self, limit: Limit) -> Rejection {
        let since = match limit.scope {
            TimeoutScope::Attempt => self.begun,
            TimeoutScope::Call => self.started,
        };
        let service = self.pipeline.subject.service.clone();
        Rejection::TimedOut { service, limit: limit.at.since(since), scope: limit.scope }
    }

    /// Records what became of one request. A good answer is not timed where nobody asks for that.
    pub(super) fn book(
        &mut self,
        verdict: &Verdict,
        timeout: Option<TimeoutScope>,
        permit: Option<Permit<'m>>,
        Span { started, ended }: Span,
    ) {
        if matches!(verdict, Verdict::Success) && !self.pipeline.learns {
            // Most calls: nobody but the breaker asks, and it seldom wants to know when.
            self.now = ended.unwrap_or(self.now);
            self.answered(End::Success);
            if let Some(permit) = permit {
                permit.succeed(started, ended);
            }
        } else {
            self.now = ended.unwrap_or_else(Moment::now);
            self.book_in_full(verdict, timeout, permit, started);
        }
    }

    #[inline]
    fn answered(&mut self, end: End) {
        self.provenance = Provenance::Live { attempts: self.requests() };
        (self.last, self.end) = (Some(end), Some(end));
    }

    /// Tells everybody whom it may concern.
    #[inline(never)]
    fn book_in_full(
        &mut self,
        verdict: &Verdict,
        timeout: Option<TimeoutScope>,
        permit: Option<Permit<'m>>,
        started: Moment,
    ) {
        let elapsed = self.now.since(started);
        let (ending, end) = match verdict {
            Verdict::Success | Verdict::Value { failure: false, .. } => {
                (Ending::Success, End::Success)
            }
            Verdict::Value { failure: true, .. } | Verdict::Error { counted: true, .. } => {
                (Ending::Failure, End::Failure)
            }
            Verdict::Error { counted: false, .. } => (Ending::Nothing, End::Ignored),
        };
        match verdict {
            // Told before the change of state that it may cause.
            Verdict::Error { kind, .. } => self.failed(*kind, elapsed),
            Verdict::Value { failure: true, .. } => self.failed(ErrorKind::Unknown, elapsed),
            _ => {}
        }
        // A limiter that does not adapt still pauses when the service asks for it.
        if self.pipeline.learns || matches!(verdict, Verdict::Error { throttled: true, .. }) {
            self.learn(ending, verdict, timeout, started);
        }
        if let Some(permit) = permit {
            permit.record(ending, elapsed, self.now);
        }
        if matches!(verdict, Verdict::Error { .. }) {
            (self.last, self.end) = (Some(end), Some(end));
        } else {
            self.answered(end);
        }
    }

    /// Ends the loop with a good answer.
    pub(super) fn succeed(&mut self) {
        self.leave();
        if self.attempts > 1 {
            self.pipeline.counters.retried_successes.add();
        }
    }

    /// Whether the service has answered, and nothing has taken the answer's place.
    pub(super) fn is_answered(&self) -> bool {
        self.end == Some(End::Success) && matches!(self.provenance, Provenance::Live { .. })
    }

    /// Ends the call, for the books and for whoever asks where its value came from.
    pub(super) fn finish(&mut self, failed: bool) {
        if self.rungs > 0 {
            self.count_fallback(failed);
        }
        if failed {
            self.provenance = Provenance::Failed;
        } else {
            self.pipeline.subject.served(&self.provenance);
        }
        provenance::note(self.provenance);
        self.close();
    }

    #[cold]
    fn count_fallback(&self, failed: bool) {
        let counters = &self.pipeline.counters;
        match self.provenance {
            Provenance::Fallback { .. } if !failed => counters.fallbacks.add(),
            _ if failed => counters.fallbacks_failed.add(),
            // The cache had it after all.
            _ => {}
        }
    }
}
