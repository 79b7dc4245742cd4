use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(hedge = "50ms")]
trait ScoutApi {
    #[resilient(retry(max = 2, idempotent = false))]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
