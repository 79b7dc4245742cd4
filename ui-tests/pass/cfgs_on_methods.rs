//! A method that is there in one of two shapes, each with policies of its own.
#![deny(warnings, clippy::pedantic)]

use resilient_runtime::{Registry, resilient};
use ui_tests::shapes::{Market, ScoutError};

#[resilient(cache = "5m", rate = 5)]
trait ScoutApi {
    #[cfg(debug_assertions)]
    #[resilient(cache = off)]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
    #[cfg(not(debug_assertions))]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

struct Client;

impl ScoutApi for Client {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::named(league))
    }
}

fn main() {
    let scout = ResilientScoutApi::with_registry(Client, &Registry::new());
    let _ = scout.market_data("Standard");
}
