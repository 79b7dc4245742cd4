use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(cache = "5m")]
trait ScoutApi {
    async fn get<Q: Into<String> + Send>(&self, query: Q) -> Result<Market, ScoutError>;
}

fn main() {}
