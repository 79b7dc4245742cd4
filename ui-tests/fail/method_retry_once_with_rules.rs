use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry(max = 1))]
trait ScoutApi {
    #[resilient(retry(when = ScoutError::is_transient))]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
