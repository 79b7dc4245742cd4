//! Whether an attempt that brought no good answer is followed by another one.

use std::time::Duration;

use super::core::Core;
use crate::{backoff, counters::GiveUp};

/// What the attempt's outcome says of another one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plea {
    pub(super) retryable: bool,
    /// Whether the request certainly never reached the service, or may be repeated all the same.
    pub(super) repeatable: bool,
    pub(super) retry_after: Option<Duration>,
}

impl Core<'_> {
    /// Plans another attempt, or ends the loop.
    #[cold]
    pub(super) fn plan_retry(&mut self, plea: Plea) {
        match self.next_delay(plea) {
            Some(Ok(delay)) => {
                self.end = None;
                self.set_pause(delay);
                self.pipeline.counters.delays.record(delay);
                self.pipeline.subject.retry(self.attempts + 1, delay);
            }
            Some(Err(reason)) => {
                self.give_up(reason);
                self.leave();
            }
            None => self.leave(),
        }
    }

    #[cold]
    pub(super) fn give_up(&self, reason: GiveUp) {
        self.pipeline.counters.gave_up(reason);
        self.pipeline.subject.gave_up(self.attempts, reason);
    }

    /// How long to wait for the next attempt, or why there is none; `None` where the method does not retry.
    fn next_delay(&mut self, plea: Plea) -> Option<Result<Duration, GiveUp>> {
        let pipeline = self.pipeline;
        let retry = pipeline.settings.retry.as_ref()?;
        if !plea.retryable {
            return Some(Err(GiveUp::NotRetryable));
        }
        if !retry.idempotent && !plea.repeatable {
            return Some(Err(GiveUp::NotIdempotent));
        }
        if self.attempts >= retry.max {
            return Some(Err(GiveUp::Attempts));
        }
        let before = self.pause();
        let jitter = self.jitter.get_or_insert_with(|| Box::new(pipeline.seeds.next()));
        let stretch = pipeline.stretch.as_ref().map_or(1.0, |stretch| stretch.factor());
        let backoff = backoff::delay(retry, self.attempts, before, stretch, jitter.as_mut());
        let asked = plea.retry_after.map(|after| after.min(retry.max_delay));
        let delay = asked.map_or(backoff, |after| backoff.max(after));
        let begins = self.now + delay;
        if retry.within.is_some_and(|within| begins > self.started + within) {
            return Some(Err(GiveUp::Within));
        }
        if self.deadline.is_some_and(|deadline| begins >= deadline) {
            return Some(Err(GiveUp::Deadline));
        }
        // A permit for the whole call is not asked for again.
        let open_for = if pipeline.digest.per_call { None } else { self.breaker_open_for() };
        if open_for.is_some_and(|open| open > delay) {
            return Some(Err(GiveUp::BreakerOpen));
        }
        // Last, for what is withdrawn is spent.
        if pipeline.budget.as_ref().is_some_and(|budget| !budget.withdraw(self.now)) {
            return Some(Err(GiveUp::Budget));
        }
        Some(Ok(delay))
    }
}
