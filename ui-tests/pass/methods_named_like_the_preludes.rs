//! A method of a trait in scope, implemented for every type, is not mistaken for the client's.
#![deny(warnings)]

use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;

trait Tap: Sized {
    async fn tap(self) -> Result<u8, ScoutError> {
        Err(ScoutError)
    }
}

impl<T> Tap for T {}

#[resilient(breaker(threshold = 3))]
trait ScoutApi {
    async fn into(&self) -> Result<u8, ScoutError>;

    async fn tap(&self) -> Result<u8, ScoutError>;

    #[resilient(skip)]
    fn try_into(&self) -> u8;
}

struct Client;

impl ScoutApi for Client {
    async fn into(&self) -> Result<u8, ScoutError> {
        Ok(1)
    }

    async fn tap(&self) -> Result<u8, ScoutError> {
        Ok(2)
    }

    fn try_into(&self) -> u8 {
        3
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
    let scout = ResilientScoutApi::new(Client);
    assert_eq!(now(ScoutApi::into(&scout)).unwrap(), 1);
    assert_eq!(now(ScoutApi::tap(&scout)).unwrap(), 2);
    assert_eq!(ScoutApi::try_into(&scout), 3);
}
