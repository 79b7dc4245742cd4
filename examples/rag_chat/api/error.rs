use std::time::Duration;

use resilient_runtime::{Classify, Rejection};

/// Why a service gave no answer.
#[derive(Debug, Clone, thiserror::Error, Classify)]
pub(crate) enum ApiError {
    /// The service was not reached, or the connection broke within the answer.
    #[error("no connection: {0}")]
    #[class(network)]
    Network(String),
    /// The service answered with an error.
    #[error("HTTP {status}: {message}")]
    #[class(status = status, retry_after = retry_after)]
    Status {
        /// The status code.
        status: u16,
        /// What it said.
        message: String,
        /// How long it asked to wait.
        retry_after: Option<Duration>,
    },
    /// The service answered, but not with what was asked for.
    #[error("garbage in the answer: {0}")]
    #[class(server)]
    Garbage(String),
    /// Nothing was found to answer with; asking again would not help.
    #[error("nothing is known about that")]
    #[class(client)]
    Nothing,
    /// A policy ended the call.
    #[error(transparent)]
    #[class(delegate)]
    Rejected(#[from] Rejection),
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
