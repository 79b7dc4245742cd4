// mistakes: 2
use resilient_runtime::resilient;
use ui_tests::shapes::Market;

struct OwnError;

#[resilient(retry = 3)]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, OwnError>;
}

struct Client;

impl ScoutApi for Client {
    async fn market_data(&self, league: &str) -> Result<Market, OwnError> {
        Ok(Market::named(league))
    }
}

async fn trade() -> Result<Market, OwnError> {
    ResilientScoutApi::new(Client).market_data("Mirage").await
}

fn main() {}
