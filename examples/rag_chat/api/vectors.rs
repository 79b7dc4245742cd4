use resilient_runtime::resilient;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{ApiError, http::HttpService};

/// A document that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Document {
    /// Where it is from.
    pub(crate) title: String,
    /// What it says.
    pub(crate) text: String,
}

/// A store of documents that finds those whose meaning is nearest. Where it fails, the chat goes on without documents.
#[resilient(
    service = "vector_db",
    cache(memory = "5m", stale = "1h"),
    timeout(attempt = "2s", call = "5s"),
    breaker(threshold = 0.5, min_calls = 5, recovery = "30s"),
    retry(max = 2, base = "100ms"),
    hedge(after = p95),
    fallback(stale, value = Vec::new()),
)]
pub(crate) trait Vectors {
    /// The nearest documents, the nearest first.
    async fn search(&self, query: &str, top_k: u32) -> Result<Vec<Document>, ApiError>;
}

/// A service that speaks the shape of Chroma's queries.
#[derive(Debug, Clone)]
pub(crate) struct HttpVectors(HttpService);

/// One list for each query that was asked.
#[derive(Deserialize)]
struct Found {
    documents: Vec<Vec<String>>,
    metadatas: Vec<Vec<Metadata>>,
}

#[derive(Deserialize)]
struct Metadata {
    title: String,
}

impl HttpVectors {
    /// The service at an address.
    pub(crate) fn new(base: String) -> reqwest::Result<Self> {
        HttpService::new(base).map(Self)
    }
}

impl Vectors for HttpVectors {
    async fn search(&self, query: &str, top_k: u32) -> Result<Vec<Document>, ApiError> {
        let body = json!({ "query_texts": [query], "n_results": top_k });
        let found: Found = self.0.post("/collections/documents/query", &body).await?;
        let texts = found.documents.into_iter().flatten();
        let titles = found.metadatas.into_iter().flatten().map(|metadata| metadata.title);
        Ok(titles.zip(texts).map(|(title, text)| Document { title, text }).collect())
    }
}
