use resilient_runtime::{Classify, Failure, Rejection, resilient};

/// Searches whose argument each of the requests, and the fallback, need for themselves.
#[resilient(hedge(after = "50ms", max = 2, budget = 0.1), timeout = "1s")]
pub trait Finder {
    #[resilient(fallback = |failure: Failure<FindError>| async move { rebuilt(&query, failure) })]
    async fn find(&self, query: Query, limit: u32) -> Result<Vec<String>, FindError>;

    #[resilient(retry = 2, hedge = p95)]
    async fn generic<Q: Into<Query> + Clone + Send>(&self, query: Q) -> Result<String, FindError>;
}

#[derive(Debug, Clone)]
pub struct Query(pub String);

#[derive(Debug)]
pub struct FindError;

impl From<Rejection> for FindError {
    fn from(_: Rejection) -> Self {
        Self
    }
}

impl Classify for FindError {}

fn rebuilt(query: &Query, failure: Failure<FindError>) -> Result<Vec<String>, FindError> {
    if query.0.is_empty() { Ok(Vec::new()) } else { Err(failure.error) }
}
