use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

struct Client;

#[resilient(retry = 3)]
impl Client {
    async fn market_data(&self) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }
}

async fn trade() -> Result<Market, ScoutError> {
    Client.market_data().await
}

fn main() {}
