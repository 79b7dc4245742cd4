use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

fn is_empty(market: Market) -> bool {
    market.league.is_empty()
}

#[resilient(retry(retry_if = is_empty))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
