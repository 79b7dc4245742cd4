use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(bulkhead(wait = "1s"))]
trait ScoutApi {
    #[resilient(retry = 2)]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
