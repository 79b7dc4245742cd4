// mistakes: 5
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(service = 5, breaker(treshold = 3), retry(max = 0), rate = "0.5", cache(memory = 5))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

struct Client;

impl ScoutApi for Client {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::named(league))
    }
}

async fn trade() -> Result<Market, ScoutError> {
    ResilientScoutApi::new(Client).market_data("Mirage").await
}

fn main() {}
