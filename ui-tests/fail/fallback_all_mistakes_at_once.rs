// mistakes: 7
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(
    fallback(offline offline, offline(),
    vaule = 3, value: Market::default(),
    , value(Market::default()),
    value =),
)]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
