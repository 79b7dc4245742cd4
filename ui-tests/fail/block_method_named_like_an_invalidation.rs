use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

struct Client;

#[resilient(cache(memory = "5m", shared))]
impl Client {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::named(league))
    }

    #[resilient(skip)]
    async fn invalidate_market_data(&self) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }
}

fn main() {}
