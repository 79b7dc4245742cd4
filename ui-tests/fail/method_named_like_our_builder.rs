use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(cache = "5m")]
trait ScoutApi {
    async fn builder(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
