use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(fallback(backup, backup))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
