use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 2)]
trait ScoutApi {
    #[resilient(breaker(key = 7))]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
