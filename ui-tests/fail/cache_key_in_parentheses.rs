use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(cache(memory = "5m", key(league, page)))]
trait ScoutApi {
    async fn market_data(&self, league: &str, page: u32) -> Result<Market, ScoutError>;
}

fn main() {}
