use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
trait ScoutApi {
    async fn inner(&self) -> Result<Market, ScoutError>;
}

struct Client;

impl ScoutApi for Client {
    async fn inner(&self) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }
}

async fn trade() {
    let _ = ResilientScoutApi::new(Client).into_inner();
}

fn main() {}
