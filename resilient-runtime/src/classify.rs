use std::{error::Error, fmt, io, time::Duration};

use crate::Rejection;

/// What kind of failure an error is: whether it is worth a retry, and whether it speaks against the service.
///
/// | kind | retried | counted by the breaker |
/// | --- | --- | --- |
/// | `Network`, `Timeout`, `Server`, `Unknown` | yes | yes |
/// | `RateLimit` | yes | no: the service is well and asks for patience |
/// | `Client`, `Auth` | no | no: the request is at fault |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The service was not reached, or the connection broke.
    Network,
    /// The service took too long.
    Timeout,
    /// The service asked for fewer requests (HTTP 429).
    RateLimit,
    /// The service failed (HTTP 5xx), or answered with garbage.
    Server,
    /// The request was wrong (HTTP 4xx).
    Client,
    /// The caller may not do this (HTTP 401, 403).
    Auth,
    /// Nothing is known; treated like a failure of the service.
    #[default]
    Unknown,
}

impl ErrorKind {
    /// Whether another attempt may succeed.
    pub fn is_retryable(self) -> bool {
        !matches!(self, Self::Client | Self::Auth)
    }

    /// Whether the circuit breaker counts it as a failure of the service.
    pub fn counts_as_failure(self) -> bool {
        matches!(self, Self::Network | Self::Timeout | Self::Server | Self::Unknown)
    }

    /// The kind of an HTTP status code; `None` for codes that are no error.
    ///
    /// ```
    /// use resilient_runtime::ErrorKind;
    /// assert_eq!(ErrorKind::from_http_status(429), Some(ErrorKind::RateLimit));
    /// assert_eq!(ErrorKind::from_http_status(204), None);
    /// ```
    pub fn from_http_status(status: u16) -> Option<Self> {
        Some(match status {
            408 | 504 => Self::Timeout,
            429 => Self::RateLimit,
            401 | 403 | 407 => Self::Auth,
            400..=499 => Self::Client,
            500..=599 => Self::Server,
            _ => return None,
        })
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::RateLimit => "rate_limit",
            Self::Server => "server",
            Self::Client => "client",
            Self::Auth => "auth",
            Self::Unknown => "unknown",
        })
    }
}

/// Tells the policies what an error means. Every method has a default, so `impl Classify for MyError {}` is enough to
/// start: each error is then a failure of the service, and worth a retry.
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
    label = "add `impl resilient_runtime::Classify for {Self} {{}}`",
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

    /// Whether the circuit breaker counts it as a failure of the service (as its kind says).
    fn counts_as_failure(&self) -> bool {
        self.kind().counts_as_failure()
    }

    /// Whether another attempt may succeed (as its kind says).
    fn is_retryable(&self) -> bool {
        self.kind().is_retryable()
    }

    /// Whether the request certainly never reached the service.
    fn is_unsent(&self) -> bool {
        false
    }

    /// The rejection of another decorated call that this error wraps (none). A rejection is no failure of the
    /// service that was called, so the breaker leaves it out, and retry stops on one that says the breaker is open.
    fn rejection(&self) -> Option<&Rejection> {
        None
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
}

#[diagnostic::do_not_recommend]
impl Classify for io::Error {
    fn kind(&self) -> ErrorKind {
        match io::Error::kind(self) {
            io::ErrorKind::TimedOut => ErrorKind::Timeout,
            io::ErrorKind::PermissionDenied => ErrorKind::Auth,
            io::ErrorKind::InvalidInput
            | io::ErrorKind::NotFound
            | io::ErrorKind::AlreadyExists
            | io::ErrorKind::Unsupported => ErrorKind::Client,
            io::ErrorKind::Other | io::ErrorKind::InvalidData => match self.rejection() {
                Some(rejection) => rejection.kind(),
                None => ErrorKind::Unknown,
            },
            _ => ErrorKind::Network,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        self.rejection().and_then(Rejection::retry_after)
    }

    fn rejection(&self) -> Option<&Rejection> {
        self.get_ref().and_then(|inner| inner.downcast_ref())
    }
}

#[diagnostic::do_not_recommend]
impl Classify for Box<dyn Error + Send + Sync> {
    fn kind(&self) -> ErrorKind {
        let inner: &(dyn Error + 'static) = &**self;
        if let Some(rejection) = inner.downcast_ref::<Rejection>() {
            rejection.kind()
        } else if let Some(error) = inner.downcast_ref::<io::Error>() {
            Classify::kind(error)
        } else {
            ErrorKind::Unknown
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        self.rejection().and_then(Rejection::retry_after)
    }

    fn rejection(&self) -> Option<&Rejection> {
        let inner: &(dyn Error + 'static) = &**self;
        inner
            .downcast_ref::<Rejection>()
            .or_else(|| inner.downcast_ref::<io::Error>().and_then(Classify::rejection))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open() -> Rejection {
        Rejection::BreakerOpen {
            service: "scout".into(),
            retry_after: Some(Duration::from_secs(3)),
        }
    }

    #[test]
    fn an_error_that_wraps_a_rejection_is_seen_as_that_rejection() {
        let as_io: io::Error = open().into();
        assert_eq!(as_io.rejection(), Some(&open()));
        assert_eq!(Classify::retry_after(&as_io), Some(Duration::from_secs(3)));
        assert_eq!(Classify::kind(&as_io), ErrorKind::Server);

        let boxed: Box<dyn Error + Send + Sync> = as_io.into();
        assert_eq!(boxed.rejection(), Some(&open()));
        let boxed: Box<dyn Error + Send + Sync> = open().into();
        assert_eq!((boxed.kind(), boxed.rejection()), (ErrorKind::Server, Some(&open())));
    }

    #[test]
    fn io_errors_have_a_kind() {
        for (io, kind) in [
            (io::ErrorKind::ConnectionRefused, ErrorKind::Network),
            (io::ErrorKind::BrokenPipe, ErrorKind::Network),
            (io::ErrorKind::TimedOut, ErrorKind::Timeout),
            (io::ErrorKind::NotFound, ErrorKind::Client),
            (io::ErrorKind::PermissionDenied, ErrorKind::Auth),
            (io::ErrorKind::Other, ErrorKind::Unknown),
        ] {
            assert_eq!(Classify::kind(&io::Error::from(io)), kind, "{io}");
        }
    }
}
