// mistakes: 4
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry { max = 3 }, cache["5m"], timeout: "5s", rate = "5")]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
