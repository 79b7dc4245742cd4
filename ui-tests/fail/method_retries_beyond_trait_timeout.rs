use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry(max = 1, base = "5s"), timeout(call = "2s"))]
trait ScoutApi {
    #[resilient(retry(max = 3))]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
