// mistakes: 3
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(bulkhead(zzz = 3), cache(forever = true), hedge(quickly = "5ms"))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
