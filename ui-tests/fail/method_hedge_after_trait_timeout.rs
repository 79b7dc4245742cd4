use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(timeout = "1s")]
trait ScoutApi {
    #[resilient(hedge = "2s")]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
