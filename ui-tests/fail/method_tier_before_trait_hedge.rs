use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(hedge = "200ms")]
trait ScoutApi {
    #[resilient(timeout(tier = cache))]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
