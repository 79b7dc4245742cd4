// mistakes: 2
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(cache = "5m", hedge = "50ms")]
trait ScoutApi {
    async fn close(self) -> Result<Market, ScoutError>;
}

fn main() {}
