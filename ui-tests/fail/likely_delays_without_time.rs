// mistakes: 3
#![deny(deprecated)]

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 4, timeout(call = "5s"))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;

    async fn trends(&self) -> Result<Market, ScoutError>;

    #[resilient(retry(max = 6, backoff = linear))]
    async fn prices(&self) -> Result<Market, ScoutError>;

    #[resilient(timeout(call = "6s"))]
    async fn items(&self) -> Result<Market, ScoutError>;

    #[resilient(timeout(call = "7s"))]
    async fn leagues(&self) -> Result<Market, ScoutError>;
}

fn main() {}
