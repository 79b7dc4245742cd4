//! The first example of the documentation, without a warning.
#![deny(warnings)]

use resilient_runtime::{Failure, resilient};
use ui_tests::shapes::{Market, ScoutError};

#[resilient(
    service = "poe2_scout",
    breaker(threshold = 3, recovery = "60s"),
    retry(max = 3, backoff = 2.0),
    rate = 0.5,
    cache(memory = "5m", disk = "30m"),
    fallback = scout_fallback,
)]
pub trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;

    #[resilient(cache = off, timeout = "2s")]
    async fn build_trends(&self) -> Result<Vec<String>, ScoutError>;
}

async fn scout_fallback<T: Default>(failure: Failure<ScoutError>) -> Result<T, ScoutError> {
    let _ = failure;
    Ok(T::default())
}

struct HttpScout;

impl ScoutApi for HttpScout {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::named(league))
    }

    async fn build_trends(&self) -> Result<Vec<String>, ScoutError> {
        Ok(Vec::new())
    }
}

fn main() {
    let scout = ResilientScoutApi::new(HttpScout);
    let _ = (scout.market_data("Mirage"), scout.build_trends());
}
