use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(cache(memory = "5m", key = _league))]
trait ScoutApi {
    async fn market_data(&self, _: u32, page: u32) -> Result<Market, ScoutError>;
}

fn main() {}
