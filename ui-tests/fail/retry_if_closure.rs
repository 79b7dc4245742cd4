use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry(retry_if = |market| market.league.is_empty()))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
