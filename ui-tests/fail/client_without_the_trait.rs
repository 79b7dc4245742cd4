use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

struct Client;

async fn trade() -> Result<Market, ScoutError> {
    ResilientScoutApi::new(Client).market_data("Mirage").await
}

fn main() {}
