// mistakes: 3
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

struct Client;

#[resilient(retyr = 3, breaker(threshold = 0))]
impl Client {
    #[resilient(timeout = 5)]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::named(league))
    }

    async fn trends(&self) -> Result<Market, ScoutError> {
        self.market_data("a").await
    }
}

async fn used() -> Result<Market, ScoutError> {
    Client.trends().await
}

fn main() {}
