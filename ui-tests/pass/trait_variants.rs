//! `#[trait_variant::make]` beside the attribute: each of the two traits has a decorator.

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[trait_variant::make(SendApi: Send)]
#[resilient(retry = 2, send = false)]
trait LocalApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

struct Client;

impl SendApi for Client {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::named(league))
    }
}

#[resilient(retry = 2, service = "rewritten")]
#[trait_variant::make(Send)]
trait Rewritten {
    async fn trends(&self) -> Result<Market, ScoutError>;
}

impl Rewritten for Client {
    async fn trends(&self) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let local = ResilientLocalApi::new(Client);
        assert_eq!(LocalApi::market_data(&local, "a").await.unwrap().league, "a");
        assert!(ResilientRewritten::new(Client).trends().await.is_ok());
    });
}
