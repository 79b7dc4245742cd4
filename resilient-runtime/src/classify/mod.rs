mod answers;
mod boxed;
mod chain;
#[cfg(feature = "http")]
mod http;
mod io;
mod kind;
mod retry_after;
mod status;

#[cfg(feature = "anyhow")]
mod anyhow;
#[cfg(feature = "hyper")]
mod hyper;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(feature = "tonic")]
mod retry_info;
#[cfg(feature = "sqlx")]
mod sqlx;
#[cfg(feature = "tonic")]
mod tonic;

use std::time::Duration;

pub use self::{
    kind::ErrorKind,
    retry_after::{RetryAfter, retry_after},
    status::{HttpStatus, status_kind},
};
use crate::Rejection;

/// Tells the policies what an error means. Every method has a default, so `impl Classify for MyError {}` is enough to
/// start: each error is then a failure of the service, and worth a retry.
///
/// With the feature `macros` it can be derived. By hand:
///
/// ```
/// use resilient_runtime::{Classify, ErrorKind};
///
/// enum ScoutError {
///     Status(u16),
///     Connection(std::io::Error),
/// }
///
/// impl Classify for ScoutError {
///     fn kind(&self) -> ErrorKind {
///         match self {
///             Self::Status(status) => ErrorKind::from_http_status(*status).unwrap_or_default(),
///             Self::Connection(_) => ErrorKind::Network,
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what kind of failure it is",
    label = "add `#[derive(resilient_runtime::Classify)]` to it, or `impl resilient_runtime::Classify for {Self} {{}}`",
    note = "retry and circuit breaker ask the error's kind; the empty impl treats each error as a failure of the service"
)]
pub trait Classify {
    /// What kind of failure this is (`Unknown`).
    fn kind(&self) -> ErrorKind {
        ErrorKind::Unknown
    }

    /// How long the service asked the caller to wait, such as HTTP's `Retry-After` (none).
    fn retry_after(&self) -> Option<Duration> {
        None
    }

    /// The rejection of another decorated call that this error wraps (none). A rejection is no failure of the
    /// service that was called, so the breaker leaves it out, and retry stops on one that says the breaker is open.
    fn rejection(&self) -> Option<&Rejection> {
        None
    }

    /// Whether the breaker counts this as a failure of the service (as the kind says).
    fn counts_as_failure(&self) -> bool {
        self.kind().counts_as_failure()
    }

    /// Whether another attempt may succeed (as the kind says).
    fn is_retryable(&self) -> bool {
        self.kind().is_retryable()
    }

    /// Whether the request certainly never reached the service, so that repeating it cannot do anything twice (no,
    /// or what a wrapped rejection says).
    fn is_unsent(&self) -> bool {
        self.rejection().is_some_and(Rejection::is_unsent)
    }
}

#[diagnostic::do_not_recommend]
impl Classify for Rejection {
    fn kind(&self) -> ErrorKind {
        Rejection::kind(self)
    }

    fn retry_after(&self) -> Option<Duration> {
        Rejection::retry_after(self)
    }

    fn rejection(&self) -> Option<&Rejection> {
        Some(self)
    }

    fn counts_as_failure(&self) -> bool {
        false
    }

    fn is_retryable(&self) -> bool {
        !matches!(self, Self::BreakerOpen { .. })
    }
}

/// The error that another one leaves every answer to: what `#[class(delegate)]` names.
pub fn delegate<E: Classify>(error: &E) -> &dyn Classify {
    error
}
