use std::time::Duration;

use resilient_runtime::{Classify, ErrorKind, Rejection};

/// Why a service gave no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum ApiError {
    /// The service was not reached, or the connection broke within the answer.
    #[error("no connection: {0}")]
    Network(String),
    /// The service answered with an error.
    #[error("HTTP {status}")]
    Status {
        /// The status code.
        status: u16,
        /// How long it asked to wait.
        retry_after: Option<Duration>,
    },
    /// The service answered, but not with what was asked for.
    #[error("garbage in the answer: {0}")]
    Garbage(String),
    /// A policy ended the call.
    #[error(transparent)]
    Rejected(#[from] Rejection),
}

impl Classify for ApiError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Network(_) => ErrorKind::Network,
            Self::Status { status, .. } => ErrorKind::from_http_status(*status).unwrap_or_default(),
            Self::Garbage(_) => ErrorKind::Server,
            Self::Rejected(rejection) => rejection.kind(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            Self::Rejected(rejection) => rejection.retry_after(),
            Self::Network(_) | Self::Garbage(_) => None,
        }
    }

    fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Rejected(rejection) => Some(rejection),
            _ => None,
        }
    }
}

impl From<reqwest::Error> for ApiError {
    fn from(error: reqwest::Error) -> Self {
        // reqwest's own text names only the address; what happened is in the innermost source.
        let mut cause: &dyn std::error::Error = &error;
        while let Some(source) = cause.source() {
            cause = source;
        }
        Self::Network(cause.to_string())
    }
}
