use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
trait ScoutApi {
    fn market_data(&self, league: &str) -> impl Future<Output = Result<Market, ScoutError>> + Send;
}

fn main() {}
