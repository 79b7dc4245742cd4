//! The design card.

use resilient_runtime::{Failure, resilient};
use ui_tests::shapes::{Market, ScoutError};

#[resilient(breaker(threshold = 3, recovery = "60s"), retry(max = 3, backoff = 2.0), rate = 0.5, cache(memory = "5m", disk = "30m"), fallback = scout_fallback)]
pub trait ScoutApi {
    /// What things cost in a league.
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;

    #[resilient(cache = off, timeout = "2s")]
    async fn build_trends(&self) -> Result<Vec<String>, ScoutError>;
}

pub async fn scout_fallback<T: Default>(failure: Failure<ScoutError>) -> Result<T, ScoutError> {
    eprintln!("{failure}");
    Ok(T::default())
}
