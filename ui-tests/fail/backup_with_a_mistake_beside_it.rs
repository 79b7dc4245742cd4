use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 0, fallback = backup)]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

struct Http;

impl ScoutApi for Http {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::named(league))
    }
}

fn main() {
    let _ = ResilientScoutApi::builder(Http).backup(Http).build();
}
