use std::time::Duration;

use crate::{ErrorKind, Name};

/// Why a policy of ours ended a call without an answer of the service.
///
/// The user's error is made from it (`From<Rejection>`), so that callers handle one error type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The circuit breaker is open, or half-open with all its probes under way: the method was not called.
    #[error("`{service}` is unavailable: its circuit breaker is open{}", again(*retry_after))]
    #[non_exhaustive]
    BreakerOpen {
        /// The service.
        service: Name,
        /// How long until the breaker lets a probe through; `None` where it was forced open.
        retry_after: Option<Duration>,
    },
    /// The rate limiter's next free slot lies past the time that the call may wait: the method was not called.
    #[error("the rate limit of `{service}` is used up{}", again(Some(*retry_after)))]
    #[non_exhaustive]
    RateLimited {
        /// The service.
        service: Name,
        /// How long until a slot is free.
        retry_after: Duration,
    },
    /// As many calls as the bulkhead admits are under way: the method was not called.
    #[error("`{service}` is busy: its bulkhead is full ({reason})")]
    #[non_exhaustive]
    BulkheadFull {
        /// The service.
        service: Name,
        /// Why the call did not wait for a place, or waited in vain.
        reason: BulkheadFullReason,
    },
    /// An attempt or the whole call took longer than it may.
    #[error("`{service}` gave no answer within {limit:?} ({scope})")]
    #[non_exhaustive]
    TimedOut {
        /// The service.
        service: Name,
        /// The time that was up.
        limit: Duration,
        /// What took too long.
        scope: TimeoutScope,
    },
}

/// What a timeout limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeoutScope {
    /// One attempt.
    Attempt,
    /// The call, waits and retries included; its own limit, or what a decorated caller left it.
    Call,
}

impl std::fmt::Display for TimeoutScope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Attempt => "one attempt",
            Self::Call => "the whole call",
        })
    }
}

/// Why a call got no place in a bulkhead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BulkheadFullReason {
    /// No place was free, and calls may not wait (`wait` is zero).
    Busy,
    /// As many calls waited as may (`queue`).
    QueueFull,
    /// No place came free while the call might wait (`wait`).
    WaitOver,
    /// No place came free before the call's deadline: its own `timeout(call)`, or what a decorated caller left it.
    Deadline,
}

impl BulkheadFullReason {
    /// The name in `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::QueueFull => "queue_full",
            Self::WaitOver => "wait_over",
            Self::Deadline => "deadline",
        }
    }
}

impl std::fmt::Display for BulkheadFullReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Busy => "no place is free",
            Self::QueueFull => "its queue is full too",
            Self::WaitOver => "no place came free while the call might wait",
            Self::Deadline => "no place came free before the call's deadline",
        })
    }
}

fn again(retry_after: Option<Duration>) -> String {
    retry_after.map(|after| format!("; try again in {after:?}")).unwrap_or_default()
}

impl Rejection {
    /// The service whose policy rejected.
    pub fn service(&self) -> &Name {
        match self {
            Self::BreakerOpen { service, .. }
            | Self::RateLimited { service, .. }
            | Self::BulkheadFull { service, .. }
            | Self::TimedOut { service, .. } => service,
        }
    }

    /// The kind of error that a rejection is to a caller.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::BreakerOpen { .. } => ErrorKind::Server,
            Self::RateLimited { .. } | Self::BulkheadFull { .. } => ErrorKind::RateLimit,
            Self::TimedOut { .. } => ErrorKind::Timeout,
        }
    }

    /// Whether the method was certainly not called; a call that took too long may have reached the service.
    pub fn is_unsent(&self) -> bool {
        !matches!(self, Self::TimedOut { .. })
    }

    /// How long to wait before another call can succeed, where that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::BreakerOpen { retry_after, .. } => *retry_after,
            Self::RateLimited { retry_after, .. } => Some(*retry_after),
            Self::BulkheadFull { .. } | Self::TimedOut { .. } => None,
        }
    }
}

impl From<Rejection> for std::io::Error {
    fn from(rejection: Rejection) -> Self {
        let kind = match rejection {
            Rejection::TimedOut { .. } => std::io::ErrorKind::TimedOut,
            _ => std::io::ErrorKind::Other,
        };
        Self::new(kind, rejection)
    }
}
