//! A fallback that asks the implementation that the builder is given.

use resilient_runtime::{Failure, resilient};
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 2, fallback(backup, value = Market::default()))]
pub trait Prices {
    async fn price(&self, league: &str) -> Result<Market, ScoutError>;

    #[resilient(fallback(backup, |failure| async move { last_known(failure, &league) }))]
    async fn refresh(&mut self, league: String) -> Result<Market, ScoutError>;

    #[resilient(fallback = off)]
    async fn backup(&self) -> Result<Market, ScoutError>;
}

fn last_known(failure: Failure<ScoutError>, league: &str) -> Result<Market, ScoutError> {
    if failure.attempts > 1 { Ok(Market::named(league)) } else { Err(failure.error) }
}
