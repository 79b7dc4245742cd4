use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(cache(memory = "5m", refresh = "4m", background))]
trait ScoutApi {
    fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
