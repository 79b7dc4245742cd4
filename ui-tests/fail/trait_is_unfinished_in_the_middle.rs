use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>
    async fn trends(&self) -> Result<Market, ScoutError>;
}

struct Client;

impl ScoutApi for Client {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::named(league))
    }

    async fn trends(&self) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }
}

async fn trade() -> Result<Market, ScoutError> {
    ResilientScoutApi::new(Client).trends().await
}

fn main() {}
