use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(cache(memory = "5m", key = league))]
trait ScoutApi {
    async fn market_data(&self) -> Result<Market, ScoutError>;
}

fn main() {}
