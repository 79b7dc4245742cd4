use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
trait ScoutApi {
    fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

struct Client;

impl ScoutApi for Client {
    fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::named(league))
    }
}

fn trade() -> Result<Market, ScoutError> {
    ResilientScoutApi::new(Client).market_data("Mirage")
}

fn main() {}
