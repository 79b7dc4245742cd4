//! What every call asks of its settings, worked out once.

use std::time::Duration;

use resilient_policy::{
    Backoff, BreakerSettings, HedgeAfter, LimitAlgorithm, Per, PolicySettings, RateAdaptation,
};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Digest {
    /// Whether anything adapts to what answers say of the service.
    pub(crate) learns: bool,
    /// Whether it matters when a good answer came, whatever the breaker says to that.
    pub(crate) timed: bool,
    /// Whether the breaker counts calls, and not attempts.
    pub(crate) per_call: bool,
    /// How long a call may take.
    pub(crate) call_limit: Option<Duration>,
    pub(crate) attempt_limit: AttemptLimit,
}

/// How long an attempt may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum AttemptLimit {
    Never,
    Fixed(Duration),
    /// By its number, or by what others took.
    Varies,
}

impl Digest {
    pub(crate) fn of(settings: &PolicySettings) -> Self {
        let adapts = settings.rate.is_some_and(|rate| rate.adaptive != RateAdaptation::Fixed)
            || settings.bulkhead.is_some_and(|limit| limit.adaptive != LimitAlgorithm::Fixed)
            || settings.retry.is_some_and(|retry| retry.backoff == Backoff::Adaptive);
        let learns = adapts || follows_latencies(settings);
        let per_call = settings.breaker.is_some_and(|breaker| breaker.per == Per::Call);
        let slow = |breaker: BreakerSettings| breaker.slow.is_some();
        Self {
            learns,
            timed: learns
                || per_call
                || settings.cache.is_some()
                || settings.hedge.is_some()
                || settings.breaker.is_some_and(slow),
            per_call,
            call_limit: settings.timeout.and_then(|timeout| timeout.call),
            attempt_limit: settings.timeout.map_or(AttemptLimit::Never, |timeout| {
                match (timeout.attempt, timeout.adaptive) {
                    (None, None) => AttemptLimit::Never,
                    (Some(resilient_policy::AttemptTime::Fixed(limit)), None) => {
                        AttemptLimit::Fixed(limit)
                    }
                    _ => AttemptLimit::Varies,
                }
            }),
        }
    }
}

/// Whether a timeout or a hedge is made of recent latencies.
pub(crate) fn follows_latencies(settings: &PolicySettings) -> bool {
    let hedge = settings.hedge.map(|hedge| hedge.after);
    settings.timeout.is_some_and(|timeout| timeout.adaptive.is_some())
        || matches!(hedge, Some(HedgeAfter::Percentile(_)))
}
