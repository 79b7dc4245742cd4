use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(cache = "5m")]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
    async fn invalidate_market_data(&self, league: &str) -> Result<(), ScoutError>;
}

fn main() {}
