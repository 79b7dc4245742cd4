//! One client behind two decorators, a decorator behind a decorator, and traits that build on each other.
#![deny(warnings)]

use std::fmt::Debug;

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
trait Prices: Send + Sync + Debug {
    async fn get(&self, league: &str) -> Result<Market, ScoutError>;
}

#[resilient(cache = "5m")]
trait Builds: Prices + Clone + 'static {
    async fn builds(&self, league: &str) -> Result<Market, ScoutError>;
}

#[derive(Debug, Clone)]
struct Client;

impl Prices for Client {
    async fn get(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::named(league))
    }
}

impl Builds for Client {
    async fn builds(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::named(league))
    }
}

impl<B: Prices> Prices for ResilientBuilds<B> {
    async fn get(&self, league: &str) -> Result<Market, ScoutError> {
        self.inner().get(league).await
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
    let twice = ResilientPrices::new(ResilientPrices::new(Client));
    assert_eq!(now(twice.get("Mirage")).unwrap().league, "Mirage");
    let builds = ResilientBuilds::new(Client).clone();
    assert_eq!(now(Builds::builds(&builds, "Mirage")).unwrap().league, "Mirage");
    assert_eq!(now(Prices::get(&builds, "Mirage")).unwrap().league, "Mirage");
}
