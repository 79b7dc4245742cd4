use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3, hedge = "50ms")]
trait ScoutApi {
    fn market_data(&self, league: &str) -> Result<Market, ScoutError>;

    async fn trends(&self) -> Result<Market, ScoutError>;
}

fn main() {}
