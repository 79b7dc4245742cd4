// mistakes: 2
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(circuit_breaker(threshold = 5), concurrency = 10)]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
