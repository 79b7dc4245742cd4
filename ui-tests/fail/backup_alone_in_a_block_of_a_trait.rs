use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

struct Client;

#[resilient(fallback = backup)]
impl ScoutApi for Client {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::named(league))
    }
}

fn main() {}
