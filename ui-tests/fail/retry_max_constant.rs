use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

const MAX_ATTEMPTS: u32 = 3;

#[resilient(retry(max = MAX_ATTEMPTS))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
