//! Arguments with the names of the expansion's own variables keep their values.
#![deny(warnings)]

use resilient_runtime::{Failure, resilient};
use ui_tests::shapes::{Market, ScoutError};

#[resilient(
    retry(max = 2, when = ScoutError::is_transient),
    cache = "5m",
    fallback(|failed: Failure<ScoutError>| async move { Err(failed.error) }, value = Market::named(failure)),
)]
trait ScoutApi {
    #[allow(clippy::too_many_arguments)]
    async fn all(
        &self,
        call: u8,
        attempt: u8,
        outcome: u8,
        failure: &str,
        fallback: u8,
        self_: u8,
        inner: u8,
        service: u8,
        registry: u8,
        declaration: u8,
        error: u8,
        key: u8,
    ) -> Result<Market, ScoutError>;
}

#[derive(Clone)]
struct Client;

impl ScoutApi for Client {
    async fn all(
        &self,
        call: u8,
        attempt: u8,
        outcome: u8,
        failure: &str,
        fallback: u8,
        self_: u8,
        inner: u8,
        service: u8,
        registry: u8,
        declaration: u8,
        error: u8,
        key: u8,
    ) -> Result<Market, ScoutError> {
        let all = [
            call,
            attempt,
            outcome,
            fallback,
            self_,
            inner,
            service,
            registry,
            declaration,
            error,
            key,
        ];
        Ok(Market::named(&format!("{failure}{all:?}")))
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
    let market = now(scout.all(1, 2, 3, "x", 4, 5, 6, 7, 8, 9, 10, 11)).unwrap();
    assert_eq!(market.league, "x[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]");
}
