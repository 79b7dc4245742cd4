use resilient_runtime::resilient;
use serde::{Deserialize, Serialize};

use super::{ApiError, http::HttpService};

/// A question and its answer.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Turn {
    /// What the user asked.
    pub(crate) message: String,
    /// What the chat answered.
    pub(crate) response: String,
}

/// The database that keeps what was said.
#[resilient(
    service = "database",
    preset = database,
    breaker(threshold = 0.5, min_calls = 5, recovery = "30s"),
)]
pub(crate) trait Conversations {
    /// Keeps a turn and returns its number. A second try could keep it twice, so only what certainly did not arrive is
    /// sent again.
    #[resilient(retry(idempotent = false))]
    async fn save(&self, turn: &Turn) -> Result<u64, ApiError>;
}

/// A database behind HTTP.
#[derive(Debug, Clone)]
pub(crate) struct HttpConversations(HttpService);

#[derive(Deserialize)]
struct Saved {
    id: u64,
}

impl HttpConversations {
    /// The service at an address.
    pub(crate) fn new(base: String) -> reqwest::Result<Self> {
        HttpService::new(base).map(Self)
    }
}

impl Conversations for HttpConversations {
    async fn save(&self, turn: &Turn) -> Result<u64, ApiError> {
        self.0.post::<Saved>("/conversations", turn).await.map(|saved| saved.id)
    }
}
