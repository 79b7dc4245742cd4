use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

fn is_long(text: &str) -> bool {
    text.len() > 3
}

#[resilient(cache(memory = "5m", cache_if = is_long))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
