// mistakes: 2
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 0)]
trait ScoutApi {
    #[resilient(rate = 0)]
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
