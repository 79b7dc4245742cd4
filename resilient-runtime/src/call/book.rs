//! What a request and a call came to, for the books and for all who learn from it.

use super::{admit::Hedge, core::Core};
use crate::{
    ErrorKind, Provenance, Rejection, TimeoutScope, attempt::Limit, breaker::Ending, clock::Moment,
    counters::End, outcome::Verdict, provenance,
};

/// Which request of an attempt it was.
pub(super) enum By {
    /// The first one, which the breaker admitted by what its call holds.
    Call,
    Hedge(Hedge),
}

impl Core<'_> {
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

    /// Whether a good answer now is all that there is to the call: its first request brought it, nobody learns from it,
    /// and no cache waits for it. That of most calls is.
    #[inline]
    pub(super) fn is_plain(&self) -> bool {
        self.requests() == 1 && !self.pipeline.digest.learns && self.miss.is_none()
    }

    /// Ends a call that [is plain](Self::is_plain) with its good answer. It is not timed where nobody asks for that.
    pub(super) fn end_well(&mut self, ended: Option<Moment>) {
        self.settled = true;
        if let Some(admission) = self.admission.take()
            && let Some(breaker) = self.breaker()
        {
            breaker.end(admission, Ending::Success, || {
                let now = ended.unwrap_or_else(Moment::now);
                (now.since(self.begun), now)
            });
        }
        // After the breaker knows: who waits for the place asks it next.
        self.place = None;
        self.answered(End::Success);
        self.finish(false);
    }

    /// Records what became of one request; `ended` is `None` where it has only just done so.
    pub(super) fn book(
        &mut self,
        verdict: &Verdict,
        timeout: Option<TimeoutScope>,
        by: By,
        ended: Option<Moment>,
    ) {
        let started = match &by {
            By::Call => self.begun,
            By::Hedge(hedge) => hedge.sent,
        };
        self.now = ended.unwrap_or_else(Moment::now);
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
            Verdict::Error { kind, .. } => self.failed(*kind, started),
            Verdict::Value { failure: true, .. } => self.failed(ErrorKind::Unknown, started),
            _ => {}
        }
        // A limiter that does not adapt still pauses when the service asks for it.
        if self.pipeline.digest.learns || matches!(verdict, Verdict::Error { throttled: true, .. })
        {
            self.learn(ending, verdict, timeout, started);
        }
        match by {
            By::Hedge(hedge) => {
                if let Some(permit) = hedge.permit {
                    permit.record(ending, elapsed, self.now);
                }
            }
            // It is used up with the call.
            By::Call if self.pipeline.digest.per_call => {}
            By::Call => {
                if let Some(admission) = self.admission.take()
                    && let Some(breaker) = self.breaker()
                {
                    breaker.end(admission, ending, || (elapsed, self.now));
                }
            }
        }
        if matches!(verdict, Verdict::Error { .. }) {
            (self.last, self.end) = (Some(end), Some(end));
        } else {
            self.answered(end);
        }
    }

    #[cold]
    fn failed(&self, kind: ErrorKind, started: Moment) {
        self.pipeline.subject.attempt_failed(self.attempts, kind, self.now.since(started));
    }

    #[inline]
    fn answered(&mut self, end: End) {
        self.provenance = Provenance::Live { attempts: self.requests() };
        (self.last, self.end) = (Some(end), Some(end));
    }

    /// Ends the loop with a good answer.
    pub(super) fn succeed(&mut self) {
        self.leave();
        if self.attempts > 1 {
            self.pipeline.counters.retried_successes.add();
        }
    }

    /// Whether the service has answered, and nothing has taken the answer's place.
    #[inline]
    pub(super) fn is_answered(&self) -> bool {
        self.end == Some(End::Success) && matches!(self.provenance, Provenance::Live { .. })
    }

    /// Ends the call, for the books and for whoever asks where its value came from.
    #[inline]
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
