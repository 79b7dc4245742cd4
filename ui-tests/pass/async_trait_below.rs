//! Under `#[async_trait]` the decorator wraps trait objects, and is one.
#![deny(warnings)]

use std::sync::Arc;

use async_trait::async_trait;
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3, cache = "5m", fallback(|failure| async move { let _ = league; Err(failure.error) }, backup = Client))]
#[async_trait]
trait ScoutApi: Send + Sync {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;

    #[resilient(skip)]
    fn version(&self) -> u8 {
        1
    }
}

struct Client;

#[async_trait]
impl ScoutApi for Client {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::named(league))
    }
}

fn now<F: Future>(future: F) -> F::Output {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("nothing here waits"),
    }
}

fn main() {
    let scout: Arc<dyn ScoutApi> = Arc::new(Client);
    let scout: Box<dyn ScoutApi> = Box::new(ResilientScoutApi::new(ResilientScoutApi::new(scout)));
    assert_eq!(now(scout.market_data("Mirage")).unwrap().league, "Mirage");
    assert_eq!(scout.version(), 1);
}
