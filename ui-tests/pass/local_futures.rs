//! With `send = false` nothing needs to be `Send`.
#![deny(warnings)]

use std::{cell::Cell, rc::Rc};

use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;

#[resilient(retry = 3, send = false, fallback = |failure| async move { drop(query); Err(failure.error) })]
trait LocalApi {
    async fn search(&self, query: Rc<str>, hits: &Cell<u8>) -> Result<Rc<str>, ScoutError>;
}

struct Client(Rc<u8>);

impl LocalApi for Client {
    async fn search(&self, query: Rc<str>, hits: &Cell<u8>) -> Result<Rc<str>, ScoutError> {
        hits.set(*self.0);
        Ok(query)
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
    let hits = Cell::new(0);
    let scout = ResilientLocalApi::new(Client(Rc::new(5)));
    assert_eq!(&*now(scout.search("x".into(), &hits)).unwrap(), "x");
    assert_eq!(hits.get(), 5);
}
