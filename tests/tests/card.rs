//! The attribute of the design card, letter for letter.

use std::time::Duration;

use resilient_runtime::{
    Classify, Failure, Provenance, Registry, State, resilient,
    serde::{Deserialize, Serialize},
    traced,
};
use resilient_tests::double::{Act, Double, Fault};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(crate = "resilient_runtime::serde")]
struct Market {
    league: String,
    divine: u32,
}

#[resilient(breaker(threshold = 3, recovery = "60s"), retry(max = 3, backoff = 2.0), rate = 0.5, cache(memory = "5m", disk = "30m"), fallback = scout_fallback)]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, Fault>;
    async fn build_trends(&self, limit: usize) -> Result<Vec<String>, Fault>;
}

#[expect(clippy::unused_async, reason = "a fallback of an async method is async")]
async fn scout_fallback<T: Default, E: Classify + std::fmt::Debug>(
    failure: Failure<E>,
) -> Result<T, E> {
    assert_eq!(failure.service, "scout_api");
    Ok(T::default())
}

struct Scout(Double);

impl ScoutApi for Scout {
    async fn market_data(&self, league: &str) -> Result<Market, Fault> {
        Ok(Market { league: league.to_owned(), divine: self.0.answer().await? })
    }

    async fn build_trends(&self, limit: usize) -> Result<Vec<String>, Fault> {
        self.0.answer().await.map(|number| vec![number.to_string(); limit])
    }
}

fn decorated(double: &Double) -> ResilientScoutApi<Scout> {
    ResilientScoutApi::with_registry(Scout(double.clone()), &Registry::new())
}

#[tokio::test(start_paused = true)]
async fn answers_are_served_from_memory_until_they_expire() {
    let double = Double::default();
    let scout = decorated(&double);
    let first = scout.market_data("Standard").await;
    assert_eq!(first, Ok(Market { league: "Standard".to_owned(), divine: 1 }));
    tokio::time::advance(Duration::from_secs(299)).await;
    let (again, provenance) = traced(scout.market_data("Standard")).await;
    assert_eq!(again, first);
    assert_eq!(provenance.age(), Duration::from_secs(299));
    assert!(matches!(provenance, Provenance::Memory { .. }));
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(scout.market_data("Standard").await.map(|market| market.divine), Ok(2));
    assert_eq!(scout.market_data("Hardcore").await.map(|market| market.divine), Ok(3));
    assert_eq!(double.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn two_methods_of_different_types_share_breaker_and_fallback() {
    let double = Double::failing(100);
    let scout = decorated(&double);
    assert_eq!(scout.market_data("Standard").await, Ok(Market::default()));
    assert_eq!(double.calls(), 3);
    let breaker = scout.service().breaker().expect("declared").clone();
    assert_eq!(breaker.state(), State::Open);
    let (trends, provenance) = traced(scout.build_trends(2)).await;
    assert_eq!(trends, Ok(Vec::new()));
    assert!(matches!(provenance, Provenance::Fallback { rung: 1, .. }));
    assert_eq!(double.calls(), 3, "an open breaker lets no call through");
}

#[tokio::test(start_paused = true)]
async fn the_service_recovers() {
    let double = Double::playing(vec![Act::Fail(Fault::Down); 3]);
    let scout = decorated(&double);
    assert_eq!(scout.market_data("Standard").await, Ok(Market::default()));
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!(scout.market_data("Standard").await.map(|market| market.divine), Ok(4));
    assert_eq!(
        scout.service().breaker().map(resilient_runtime::CircuitBreaker::state),
        Some(State::Closed)
    );
    let method = scout.service().method("market_data").expect("declared").snapshot();
    assert_eq!((method.calls, method.attempts, method.retries, method.fallbacks), (2, 4, 2, 1));
}
