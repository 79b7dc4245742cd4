use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(breaker(threshold = 0.5, window = 10, min_calls = 20))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
