use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
trait ScoutApi {
    async fn search(&self, query: impl Into<String> + Send + Sync) -> Result<Market, ScoutError>;
}

fn main() {}
