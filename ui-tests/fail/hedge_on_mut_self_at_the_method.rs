use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 2)]
trait ScoutApi {
    #[resilient(hedge = "50ms")]
    async fn market_data(&mut self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
