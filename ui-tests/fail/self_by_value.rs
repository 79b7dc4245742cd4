use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
trait ScoutApi {
    async fn close(self) -> Result<Market, ScoutError>;
}

struct Client;

impl ScoutApi for Client {
    async fn close(self) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }
}

async fn trade() -> Result<Market, ScoutError> {
    ResilientScoutApi::new(Client).close().await
}

fn main() {}
