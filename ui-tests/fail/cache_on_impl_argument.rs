use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(cache = "5m")]
trait ScoutApi {
    async fn get(&self, query: impl Into<String> + Send) -> Result<Market, ScoutError>;
}

fn main() {}
