use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry(base = "5s"))]
trait ScoutApi {
    #[resilient(retry(within = "2s"))]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
