use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(cache = "5m")]
trait ScoutApi {
    async fn next_page(&mut self) -> Result<Market, ScoutError>;
}

struct Client;

impl ScoutApi for Client {
    async fn next_page(&mut self) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }
}

async fn trade() -> Result<Market, ScoutError> {
    ResilientScoutApi::new(Client).next_page().await
}

fn main() {}
