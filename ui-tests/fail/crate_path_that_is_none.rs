use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(crate = ::my_runtime, retry = 3, cache = "5m", fallback(value = Market::default()))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
