use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

const LONG: std::time::Duration = std::time::Duration::from_secs(2);

#[resilient(timeout(tier = LONG))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
