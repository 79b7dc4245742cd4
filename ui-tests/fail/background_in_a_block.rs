use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

struct Client;

#[resilient(cache(memory = "5m", refresh = "4m", background, shared))]
impl Client {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::named(league))
    }
}

fn main() {}
