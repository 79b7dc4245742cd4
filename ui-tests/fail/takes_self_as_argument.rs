use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
trait ScoutApi {
    async fn merge(&self, other: &Self) -> Result<Market, ScoutError>;
}

fn main() {}
