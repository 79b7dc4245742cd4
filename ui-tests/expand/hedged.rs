use resilient_runtime::{Classify, Rejection, Tier, resilient};
use std::time::Duration;

/// Searches that send a second request when the first one takes long.
#[resilient(
    timeout(tier = SEARCHES, adaptive(percentile = 99, max = "5s")),
    bulkhead(adaptive, max = 50, wait = "1s"),
    breaker(threshold = 3, key = host, per = call, scope = method),
    retry(max = 2, backoff = patience, idempotent = true),
    hedge(after = p95, max = 2)
)]
pub trait Search {
    async fn find(&self, host: &str, query: String) -> Result<u32, SearchError>;

    #[resilient(hedge = off, breaker = off, timeout(tier = database))]
    async fn count(&self, host: &str) -> Result<u32, SearchError>;
}

pub const SEARCHES: Tier = Tier::new("searches", Duration::from_secs(2)).growth(1.5);

pub fn patience(attempt: u32) -> Duration {
    Duration::from_millis(100) * attempt
}

#[derive(Debug)]
pub struct SearchError;

impl From<Rejection> for SearchError {
    fn from(_: Rejection) -> Self {
        Self
    }
}

impl Classify for SearchError {}
