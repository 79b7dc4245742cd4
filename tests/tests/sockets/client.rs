//! A client as a program would have it: HTTP, behind the attribute.

use resilient_runtime::{Classify, ErrorKind, Rejection, resilient};

#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    #[error("{0}")]
    Status(reqwest::StatusCode),
    #[error(transparent)]
    Lost(#[from] reqwest::Error),
    #[error(transparent)]
    Rejected(#[from] Rejection),
}

impl Classify for HttpError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Status(status) if status.is_server_error() => ErrorKind::Server,
            Self::Status(_) => ErrorKind::Client,
            Self::Lost(_) => ErrorKind::Network,
            Self::Rejected(rejection) => rejection.kind(),
        }
    }

    fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Rejected(rejection) => Some(rejection),
            _ => None,
        }
    }
}

/// What the reference document protects its calls with: breaker, limiter, retry; a cache besides.
#[resilient(
    service = "items",
    breaker(threshold = 0.6, window = 100, min_calls = 50, recovery = "200ms"),
    retry(max = 4, base = "5ms", max_delay = "20ms", budget = off),
    rate(limit = 1_000_000.0, wait = "5s"),
    bulkhead(max = 100, wait = "10s"),
    timeout(attempt = "2s", call = "20s")
)]
pub(crate) trait Items {
    /// Without a net.
    async fn price(&self, item: u64) -> Result<u64, HttpError>;

    #[resilient(cache(memory = "10ms", stale = "10m"), fallback(stale))]
    async fn known_price(&self, item: u64) -> Result<u64, HttpError>;
}

#[derive(Debug, Clone)]
pub(crate) struct Http {
    client: reqwest::Client,
    url: String,
}

impl Http {
    pub(crate) fn new(url: String) -> Self {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { client, url }
    }

    async fn get(&self, item: u64) -> Result<u64, HttpError> {
        let response = self.client.get(format!("{}/items/{item}", self.url)).send().await?;
        if !response.status().is_success() {
            return Err(HttpError::Status(response.status()));
        }
        Ok(response.text().await?.parse().expect("it answers with a number"))
    }
}

impl Items for Http {
    async fn price(&self, item: u64) -> Result<u64, HttpError> {
        self.get(item).await
    }

    async fn known_price(&self, item: u64) -> Result<u64, HttpError> {
        self.get(item).await
    }
}
