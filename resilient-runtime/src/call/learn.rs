//! What adapts to what answers say of the service.

use std::time::Duration;

use super::core::Core;
use crate::{
    TimeoutScope, breaker::Ending, bulkhead::Sample, clock::Moment, outcome::Verdict, rate,
};

/// The longest pause of the limiter that a service can ask for, where no retry says how long a call would wait.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

impl Core<'_> {
    /// Passes what an answer says of the service on to whatever adapts to it.
    pub(super) fn learn(
        &mut self,
        ending: Ending,
        verdict: &Verdict,
        timeout: Option<TimeoutScope>,
        started: Moment,
    ) {
        let (pipeline, now) = (self.pipeline, self.now);
        let elapsed = now.since(started);
        let (throttled, refused, retry_after) = match verdict {
            Verdict::Error { throttled, refused, retry_after, .. } => {
                (*throttled, *refused, *retry_after)
            }
            _ => (false, false, None),
        };
        let timed_out = timeout.is_some();
        if timeout == Some(TimeoutScope::Attempt) {
            // An answer takes longer than the attempt had, however late this request of it was sent.
            self.took(now.since(self.begun));
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
                limiter.pause_at(after.min(most), now);
            }
            match ending {
                _ if throttled => limiter.sample(rate::Sample::Throttled, now),
                _ if timed_out => limiter.sample(rate::Sample::TimedOut, now),
                Ending::Success | Ending::Failure if !refused => {
                    limiter.sample(rate::Sample::Answer(elapsed), now);
                }
                _ => {}
            }
        }
        if let Some(place) = &self.place {
            match ending {
                _ if timed_out => place.sample(Sample::Timeout(elapsed), now),
                _ if throttled => place.sample(Sample::Overload, now),
                Ending::Success | Ending::Failure => place.sample(Sample::Answer(elapsed), now),
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
}
