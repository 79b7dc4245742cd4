use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

struct Query;

#[resilient(hedge = "50ms")]
trait ScoutApi {
    async fn market_data(&self, query: Query) -> Result<Market, ScoutError>;
}

fn main() {}
