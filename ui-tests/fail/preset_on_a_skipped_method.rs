use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(breaker)]
trait ScoutApi {
    #[resilient(skip, preset = cache)]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
