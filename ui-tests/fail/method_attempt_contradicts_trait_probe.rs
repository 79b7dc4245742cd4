use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(breaker(half_open_timeout = "2s"))]
trait ScoutApi {
    #[resilient(timeout = "5s")]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
