//! A fallback is a path or a closure in any of Rust's spellings.
#![deny(warnings)]

use resilient_runtime::{Failure, FailureOf, resilient};
use ui_tests::shapes::{Market, ScoutError};

struct Offline;

impl Offline {
    async fn answer<V: Default>(_: Failure<ScoutError>) -> Result<V, ScoutError> {
        Ok(V::default())
    }

    async fn of_its_own<E>(failure: Failure<E>) -> Result<Market, E> {
        Err(failure.error)
    }
}

#[resilient(fallback = Offline::answer)]
trait ScoutApi {
    async fn path(&self) -> Result<Market, ScoutError>;
    #[resilient(fallback = Offline::answer::<Vec<u8>>)]
    async fn turbofish(&self) -> Result<Vec<u8>, ScoutError>;
    #[resilient(fallback = crate::Offline::of_its_own)]
    async fn from_the_root(&self) -> Result<Market, ScoutError>;
    #[resilient(fallback = async |failure| Offline::answer(failure).await)]
    async fn async_closure(&self) -> Result<Market, ScoutError>;
    #[resilient(fallback = async move |failure: Failure<ScoutError>| -> Result<Market, ScoutError> { Err(failure.error) })]
    async fn async_move_closure(&self, league: String) -> Result<Market, ScoutError>;
    #[resilient(fallback = |Failure { error, attempts, .. }| async move { if attempts > 1 { Ok(Market::named(league)) } else { Err(error) } })]
    async fn pattern(&self, league: &str) -> Result<Market, ScoutError>;
    #[resilient(fallback = |_| std::future::ready(Ok(Market::named(&league))))]
    async fn ready(&self, league: String) -> Result<Market, ScoutError>;
    #[resilient(fallback = |failure: FailureOf<Result<(), ScoutError>>| async { Err(failure.error) })]
    async fn typed(&self) -> Result<Market, ScoutError>;
    #[resilient(fallback = |mut failure| async move { failure.attempts += 1; Err(failure.error) })]
    async fn changed(&self) -> Result<Market, ScoutError>;
    #[resilient(fallback(value = Market { league: format!("{league}-{count}") }))]
    async fn value(&self, league: &str, count: u8) -> Result<Market, ScoutError>;
    #[resilient(fallback(|failure| async { Err(failure.error) }, |failure| async move { drop(league); Err(failure.error) }, value = Market::named(&league)), retry = 2)]
    async fn chain(&self, league: String) -> Result<Market, ScoutError>;
}

fn main() {}
