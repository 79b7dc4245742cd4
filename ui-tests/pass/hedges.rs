//! Hedged methods of every shape, spawned where they may be.
#![deny(warnings)]

use std::{cell::Cell, sync::Arc};

use async_trait::async_trait;
use resilient_runtime::{Registry, resilient};
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 2, hedge(after = "50ms", max = 2))]
trait Generic {
    async fn get<Q: Into<String> + Clone + Send + 'static>(
        &self,
        query: Q,
        call: u8,
        attempt: String,
    ) -> Result<Market, ScoutError>;

    async fn implied(&self, query: impl Into<String> + Clone + Send) -> Result<Market, ScoutError>;

    async fn borrowed<'q>(&self, query: &'q str, error: &[u8]) -> Result<Market, ScoutError>;
}

#[derive(Clone)]
struct Client;

impl Generic for Client {
    async fn get<Q: Into<String> + Clone + Send + 'static>(
        &self,
        query: Q,
        call: u8,
        attempt: String,
    ) -> Result<Market, ScoutError> {
        Ok(Market::named(&format!("{}{call}{attempt}", query.into())))
    }

    async fn implied(&self, query: impl Into<String> + Clone + Send) -> Result<Market, ScoutError> {
        Ok(Market::named(&query.into()))
    }

    async fn borrowed<'q>(&self, query: &'q str, error: &[u8]) -> Result<Market, ScoutError> {
        Ok(Market::named(&format!("{query}{error:?}")))
    }
}

/// A generic client whose calls are spawned.
fn spawned<C>(client: C) -> impl Future<Output = Result<Market, ScoutError>> + Send + 'static
where
    C: Generic + Clone + Send + Sync + 'static,
{
    let client = ResilientGeneric::with_registry(client, &Registry::new());
    async move { client.get("a", 1, String::from("b")).await }
}

#[resilient(hedge = p95, retry = 2)]
#[async_trait]
trait Boxed: Send + Sync {
    async fn get(&self, query: String) -> Result<Market, ScoutError>;
}

#[async_trait]
impl Boxed for Client {
    async fn get(&self, query: String) -> Result<Market, ScoutError> {
        Ok(Market::named(&query))
    }
}

#[resilient(hedge = "50ms", send = false)]
trait Local {
    async fn get(&self, query: std::rc::Rc<str>) -> Result<Market, ScoutError>;
}

struct Counting(Cell<u8>);

impl Local for Counting {
    async fn get(&self, query: std::rc::Rc<str>) -> Result<Market, ScoutError> {
        self.0.set(self.0.get() + 1);
        Ok(Market::named(&query))
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
    let handle = std::thread::spawn(|| now(spawned(Client)));
    assert_eq!(handle.join().unwrap().unwrap().league, "a1b");
    let boxed: Arc<dyn Boxed> = Arc::new(Client);
    let boxed: Arc<dyn Boxed> = Arc::new(ResilientBoxed::new(boxed));
    assert_eq!(now(boxed.get("x".to_owned())).unwrap().league, "x");
    let local = ResilientLocal::new(Counting(Cell::new(0)));
    assert_eq!(now(local.get("x".into())).unwrap().league, "x");
    assert_eq!(local.inner().0.get(), 1);
    let generic = ResilientGeneric::new(Client);
    assert_eq!(now(generic.implied("y")).unwrap().league, "y");
    assert_eq!(now(generic.borrowed("z", &[])).unwrap().league, "z[]");
}
