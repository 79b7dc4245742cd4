// mistakes: 4
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(cache(memory = "5m", wait = "1s"), timeout(queue = 10), hedge(factor = 2.0), budget = 0.2)]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
