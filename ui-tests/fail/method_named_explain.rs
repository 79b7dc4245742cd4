use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;

    async fn explain(&self) -> Result<Market, ScoutError>;
}

fn main() {}
