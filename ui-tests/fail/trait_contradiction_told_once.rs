use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry(base = "5s"), timeout(call = "2s"))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
    async fn builds(&self) -> Result<Vec<String>, ScoutError>;
    async fn leagues(&self) -> Result<Vec<String>, ScoutError>;
}

fn main() {}
