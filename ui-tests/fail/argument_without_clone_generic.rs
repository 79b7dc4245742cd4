use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
trait ScoutApi {
    async fn search<Q: Send + Sync>(&self, query: Q) -> Result<Market, ScoutError>;
}

fn main() {}
