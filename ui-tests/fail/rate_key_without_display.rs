use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(rate(limit = 10, key = market))]
trait ScoutApi {
    async fn store(&self, market: &Market) -> Result<(), ScoutError>;
}

fn main() {}
