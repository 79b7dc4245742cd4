use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(cache(memory = "5m", stale = "1h"), fallback(stale = "1h", value = Market::default()))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
