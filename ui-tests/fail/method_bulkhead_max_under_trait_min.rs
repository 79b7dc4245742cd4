use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(bulkhead(adaptive, max = 50, min = 20))]
trait ScoutApi {
    #[resilient(bulkhead(max = 10))]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
