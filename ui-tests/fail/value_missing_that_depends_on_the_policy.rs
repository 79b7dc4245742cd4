// mistakes: 5
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(rate(limit = 10, per = , min = , adaptive = ), bulkhead(min = , adaptive = ))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
