use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

fn delays(attempt: u32) -> u64 {
    u64::from(attempt)
}

#[resilient(retry(backoff = delays))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
