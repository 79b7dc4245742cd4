use resilient_runtime::{CacheConfig, Key, Registry, Rejection, preload, resilient, warm};
use resilient_tests::double::{Act, Double, Fault};

use crate::{MINUTE, by_hand, seen};

#[resilient(service = "warmed", cache(memory = "5m", stale = "1h"), fallback(value = 100))]
trait Api {
    async fn get(&self, key: &str) -> Result<u32, Fault>;
}

impl Api for Double {
    async fn get(&self, _key: &str) -> Result<u32, Fault> {
        self.answer().await
    }
}

#[tokio::test(start_paused = true)]
async fn it_fills_the_cache_and_no_fallback_hides_that_it_failed() {
    let double = Double::playing([Act::Fail(Fault::Down)]);
    let api = ResilientApi::with_registry(double.clone(), &Registry::new());
    assert_eq!(api.warm_get("a").await, Err(Fault::Down));
    assert_eq!(api.warm_get("a").await, Ok(2));
    assert_eq!(
        (api.warm_get("a").await, double.calls()),
        (Ok(2), 2),
        "what is fresh is not loaded"
    );
    assert_eq!(seen(api.get("a")).await.1, "memory");
}

#[tokio::test(start_paused = true)]
async fn only_the_call_itself_is_warming_not_those_that_it_makes() {
    let double = Double::failing(10);
    let inner = ResilientApi::with_registry(double, &Registry::new());
    let outer = by_hand(CacheConfig::new().memory(MINUTE));
    let call = outer.call_cached(Key::new(), async || inner.get("a").await);
    assert_eq!(warm(call).await, Ok(100), "the inner client's fallback is its own affair");
}

#[tokio::test(start_paused = true)]
async fn a_list_of_keys_is_loaded_one_after_the_other_and_told_of() {
    let double = Double::playing([Act::Answer, Act::Fail(Fault::Down)]);
    let api = ResilientApi::with_registry(double.clone(), &Registry::new());
    let mut told = Vec::new();
    let end = preload(
        ["a", "b", "c"],
        async |key| api.get(key).await,
        |so_far| told.push((so_far.done(), so_far.failed, so_far.total)),
    )
    .await;
    assert_eq!(told, [(1, 0, 3), (2, 1, 3), (3, 1, 3)]);
    assert_eq!((end.loaded, end.failed, end.total), (2, 1, 3));
    assert_eq!(seen(api.get("c")).await.1, "memory");
}

#[tokio::test(start_paused = true)]
async fn an_empty_list_is_done_at_once() {
    let load = async |(): ()| Ok::<_, Rejection>(());
    let end = preload([], load, |_| panic!("there is nothing to tell")).await;
    assert_eq!((end.done(), end.total), (0, 0));
}
