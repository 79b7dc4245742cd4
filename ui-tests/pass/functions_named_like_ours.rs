//! A function whose name begins like a kind of backoff is no typo of it.
#![deny(warnings)]

use std::time::Duration;

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry(backoff = linear_delays))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;

    #[resilient(retry(backoff = fixed_by_hand))]
    async fn build_trends(&self) -> Result<Market, ScoutError>;
}

fn linear_delays(attempt: u32) -> Duration {
    Duration::from_millis(10) * attempt
}

fn fixed_by_hand(_: u32) -> Duration {
    Duration::from_millis(10)
}

struct Client;

impl ScoutApi for Client {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::named(league))
    }

    async fn build_trends(&self) -> Result<Market, ScoutError> {
        Err(ScoutError)
    }
}

fn main() {
    let _ = ResilientScoutApi::new(Client);
}
