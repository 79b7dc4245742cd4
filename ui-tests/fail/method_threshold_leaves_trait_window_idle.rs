use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(breaker(threshold = 0.5, window = 50))]
trait ScoutApi {
    #[resilient(breaker(threshold = 5))]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
