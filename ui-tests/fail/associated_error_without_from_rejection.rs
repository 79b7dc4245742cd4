use resilient_runtime::resilient;
use ui_tests::shapes::Market;

#[resilient(retry = 3)]
trait ScoutApi {
    type Error;

    async fn market_data(&self) -> Result<Market, Self::Error>;
}

struct Client;

struct OwnError;

impl ScoutApi for Client {
    type Error = OwnError;

    async fn market_data(&self) -> Result<Market, OwnError> {
        Ok(Market::default())
    }
}

async fn trade() -> Result<Market, OwnError> {
    ResilientScoutApi::new(Client).market_data().await
}

fn main() {}
