use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient()]
trait ScoutApi {
    #[resilient(send = false)]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
