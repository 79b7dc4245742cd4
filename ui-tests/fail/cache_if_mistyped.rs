use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

fn is_whole(_: &Market) -> bool {
    true
}

#[resilient(cache(memory = "5m", cache_if = is_hole))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
