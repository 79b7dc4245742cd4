use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

struct Query;

#[resilient(hedge = "50ms", retry = 2)]
trait ScoutApi {
    async fn market_data(&self, query: Query) -> Result<Market, ScoutError>;
}

fn main() {}
