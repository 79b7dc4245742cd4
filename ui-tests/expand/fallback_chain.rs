//! A chain of fallbacks: a closure that names an argument, another implementation, a plain value.

use resilient_runtime::{Failure, resilient};
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 2)]
pub trait Prices {
    #[resilient(fallback(
        |failure| async move { last_known(failure, &league) },
        backup = Offline,
        value = Market::default(),
    ))]
    async fn price(&self, league: String) -> Result<Market, ScoutError>;
}

pub struct Offline;

impl Prices for Offline {
    async fn price(&self, league: String) -> Result<Market, ScoutError> {
        Ok(Market::named(&league))
    }
}

fn last_known(failure: Failure<ScoutError>, league: &str) -> Result<Market, ScoutError> {
    if failure.attempts > 1 { Ok(Market::named(league)) } else { Err(failure.error) }
}
