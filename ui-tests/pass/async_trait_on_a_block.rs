//! `#[resilient]` above `#[async_trait]`, on an implementation.

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[async_trait::async_trait]
trait ScoutApi: Send + Sync {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

struct Client;

#[resilient(service = "async_trait_block", retry = 2, timeout = "1s")]
#[async_trait::async_trait]
impl ScoutApi for Client {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
        if league.is_empty() {
            return Err(ScoutError);
        }
        Ok(Market::named(league))
    }
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let client: Box<dyn ScoutApi> = Box::new(Client);
    runtime.block_on(async { assert_eq!(client.market_data("a").await.unwrap().league, "a") });
}
