use resilient_runtime::{Classify, Rejection, Tier, resilient};
use std::time::Duration;

/// Reports, whose time follows what they took lately.
#[resilient(
    timeout(tier = times::REPORTS, call = "2m", adaptive),
    bulkhead(max = 8, wait = "1s", queue = 20)
)]
pub trait Reports {
    async fn yearly(&self, year: u16) -> Result<String, ReportError>;

    #[resilient(timeout(tier = database), retry(max = 3, backoff = fibonacci, within = "1m"))]
    async fn daily(&self, day: u16) -> Result<String, ReportError>;

    #[resilient(
        timeout(attempt = "1s", adaptive(percentile = p99_5, factor = 3, min = "50ms", max = "4s")),
        bulkhead(adaptive = vegas, max = 50, min = 2)
    )]
    async fn latest(&self) -> Result<String, ReportError>;
}

pub mod times {
    use super::{Duration, Tier};

    pub const REPORTS: Tier = Tier::new("reports", Duration::from_secs(20)).growth(1.5);
}

#[derive(Debug)]
pub struct ReportError;

impl From<Rejection> for ReportError {
    fn from(_: Rejection) -> Self {
        Self
    }
}

impl Classify for ReportError {}
