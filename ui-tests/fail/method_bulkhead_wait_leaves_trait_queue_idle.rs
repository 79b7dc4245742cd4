use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(bulkhead(max = 10, wait = "1s", queue = 5))]
trait ScoutApi {
    #[resilient(bulkhead(wait = "0s"))]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
