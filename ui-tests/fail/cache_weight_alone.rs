use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

fn weigh(_: &Market) -> u64 {
    1
}

#[resilient(cache(memory = "5m", weight = weigh))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
