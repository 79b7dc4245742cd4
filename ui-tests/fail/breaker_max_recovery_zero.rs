use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(breaker(recovery_factor = 2.0, max_recovery = "0s"))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
