use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(hedge(after = "50ms", budget = 10))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
