use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(breaker(half_open_timeout = "1s"), timeout = "5s")]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
