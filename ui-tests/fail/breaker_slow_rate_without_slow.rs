use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(breaker(threshold = 0.5, slow_rate = 0.5))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
