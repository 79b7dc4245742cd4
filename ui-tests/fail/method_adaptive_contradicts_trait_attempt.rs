use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(timeout = "10s")]
trait ScoutApi {
    #[resilient(timeout(adaptive(max = "5s")))]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
