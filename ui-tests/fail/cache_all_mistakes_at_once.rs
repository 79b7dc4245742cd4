// mistakes: 6
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(cache(memory = "5m", capacity = 0, refresh = "6m", stale = "0s", jitter = -1.0, idle = "5m", negative = 30))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
