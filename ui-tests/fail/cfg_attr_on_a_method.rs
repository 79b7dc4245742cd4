// mistakes: 2
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(cache = "5m")]
trait ScoutApi {
    #[cfg_attr(debug_assertions, resilient(cache = off))]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
    #[cfg_attr(not(debug_assertions), resilient(retry = 3))]
    async fn build_trends(&self) -> Result<Market, ScoutError>;
}

fn main() {}
