use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(hedge = "2s")]
trait ScoutApi {
    #[resilient(timeout = "1s")]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
