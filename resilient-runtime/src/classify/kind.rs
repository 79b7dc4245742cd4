use std::fmt;

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
