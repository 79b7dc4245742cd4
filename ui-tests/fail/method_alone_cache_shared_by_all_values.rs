use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

struct Client;

impl Client {
    #[resilient(cache = "5m")]
    async fn version(&self) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }
}

fn main() {}
