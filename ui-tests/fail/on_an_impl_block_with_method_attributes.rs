use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

struct Client;

#[resilient(retry = 3)]
impl Client {
    #[resilient(rate = 0.5)]
    async fn market_data(&self) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }
}

fn main() {}
