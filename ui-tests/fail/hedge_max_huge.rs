use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(hedge(after = "50ms", max = 100))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
