use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

trait ScoutApi {
    #[resilient(retry = 3)]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
