use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(cache = "5m")]
trait ScoutApi {
    #[resilient(cache(key = leage))]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
