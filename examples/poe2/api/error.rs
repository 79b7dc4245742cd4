use std::time::Duration;

use resilient_runtime::{Classify, ErrorKind, Failure, Rejection};

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
    /// Nothing could answer, neither the service nor what stands in for it.
    #[error("{service} is unavailable, try again later (operation: {operation}): {cause}")]
    Unavailable {
        /// The service.
        service: String,
        /// What was asked of it.
        operation: String,
        /// What went wrong last.
        cause: Box<ApiError>,
    },
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
            Self::Unavailable { cause, .. } => cause.kind(),
            Self::Rejected(rejection) => rejection.kind(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            Self::Unavailable { cause, .. } => cause.retry_after(),
            Self::Rejected(rejection) => rejection.retry_after(),
            Self::Network(_) | Self::Garbage(_) => None,
        }
    }

    fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Unavailable { cause, .. } => cause.rejection(),
            Self::Rejected(rejection) => Some(rejection),
            _ => None,
        }
    }
}

/// The last rung of every chain: words for the user, for an operation that nothing answers.
pub(super) async fn unavailable<T>(failure: Failure<ApiError>) -> Result<T, ApiError> {
    Err(ApiError::Unavailable {
        service: failure.service.to_string(),
        operation: failure.method.to_string(),
        cause: Box::new(failure.error),
    })
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

#[cfg(test)]
mod tests {
    use resilient_runtime::{Registry, resilient};

    use super::*;

    #[resilient(service = "poe2_trade", retry = off, fallback(backup = Offline, unavailable))]
    trait TradeApi {
        async fn offers(&self) -> Result<Vec<u32>, ApiError>;
    }

    struct Offline;

    impl TradeApi for Offline {
        async fn offers(&self) -> Result<Vec<u32>, ApiError> {
            Err(ApiError::Garbage("nobody wrote down what to offer".to_owned()))
        }
    }

    #[tokio::test]
    async fn what_nothing_answers_is_told_in_words() {
        let trade = ResilientTradeApi::with_registry(Offline, &Registry::new());
        let error = trade.offers().await.expect_err("nothing answers");
        assert_eq!(
            error.to_string(),
            "poe2_trade is unavailable, try again later (operation: offers): garbage in the answer: \
             nobody wrote down what to offer"
        );
        assert_eq!(error.kind(), ErrorKind::Server);
    }
}
