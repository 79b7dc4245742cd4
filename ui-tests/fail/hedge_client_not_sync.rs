use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(hedge = "50ms")]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

struct Client(std::cell::Cell<u8>);

impl ScoutApi for Client {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
        self.0.set(1);
        Ok(Market::named(league))
    }
}

async fn trade() -> Result<Market, ScoutError> {
    ResilientScoutApi::new(Client(std::cell::Cell::new(0))).market_data("Mirage").await
}

fn main() {}
