use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(cache(memory = "5m"))]
trait ScoutApi {
    #[resilient(cache(idle = "10m"))]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
