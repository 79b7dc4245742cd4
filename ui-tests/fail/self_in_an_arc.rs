use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

use std::sync::Arc;

#[resilient(retry = 3)]
trait ScoutApi {
    async fn market_data(self: Arc<Self>) -> Result<Market, ScoutError>;
}

fn main() {}
