use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

struct Query;

#[resilient(cache = "5m")]
trait ScoutApi {
    async fn search(&self, query: Query) -> Result<Market, ScoutError>;
}

struct Client;

impl ScoutApi for Client {
    async fn search(&self, _query: Query) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }
}

async fn trade() -> Result<Market, ScoutError> {
    ResilientScoutApi::new(Client).search(Query).await
}

fn main() {}
