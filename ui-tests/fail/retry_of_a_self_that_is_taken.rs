use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

struct Client;

#[resilient(retry = 3)]
impl Client {
    async fn market_data(self: std::sync::Arc<Self>) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }
}

fn main() {}
