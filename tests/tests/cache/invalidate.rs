use resilient_runtime::{CacheConfig, Key, Policy, Registry, resilient};
use resilient_tests::double::{Act, Double, Fault};
use tempfile::tempdir;

use crate::{HOUR, MINUTE, SECOND, by_hand, poll_once, seen};

#[resilient(service = "invalidated", cache(memory = "5m", disk = "30m"))]
trait Api {
    async fn get(&self, key: &str) -> Result<u32, Fault>;
    #[resilient(cache(key = page))]
    async fn page(&self, page: u32, nonce: u64) -> Result<u32, Fault>;
}

impl Api for Double {
    async fn get(&self, _key: &str) -> Result<u32, Fault> {
        self.answer().await
    }
    async fn page(&self, _page: u32, _nonce: u64) -> Result<u32, Fault> {
        self.answer().await
    }
}

fn api(double: &Double) -> ResilientApi<Double> {
    ResilientApi::with_registry(double.clone(), &Registry::new())
}

#[tokio::test(start_paused = true)]
async fn one_answer_is_forgotten_and_no_other() {
    let api = api(&Double::default());
    assert_eq!(
        (api.get("a").await, api.get("b").await, api.page(7, 1).await),
        (Ok(1), Ok(2), Ok(3))
    );
    api.invalidate_get("a");
    api.invalidate_page(7, 99);
    assert_eq!(
        (api.get("a").await, api.get("b").await, api.page(7, 2).await),
        (Ok(4), Ok(2), Ok(5))
    );
    api.invalidate_all();
    assert_eq!(
        (api.get("a").await, api.get("b").await, api.page(7, 3).await),
        (Ok(6), Ok(7), Ok(8))
    );
    let books = api.service().method("get").expect("declared").snapshot();
    assert_eq!((books.cache.evicted.invalidated, books.cache.entries), (3, 2));
}

#[tokio::test(start_paused = true)]
async fn a_load_that_began_before_brings_nothing_back() {
    for all in [false, true] {
        let api = api(&Double::playing([Act::Slow(SECOND), Act::Slow(SECOND)]));
        let mut leader = Box::pin(api.get("a"));
        let mut follower = Box::pin(api.get("a"));
        assert!(poll_once(leader.as_mut()).is_pending());
        assert!(poll_once(follower.as_mut()).is_pending());
        if all {
            api.invalidate_all();
        } else {
            api.invalidate_get("a");
        }
        // Whoever comes after the invalidation is not given what was asked for before it.
        let newcomer = api.get("a");
        let (leader, follower, newcomer) = tokio::join!(leader, follower, newcomer);
        assert_eq!((leader, follower, newcomer), (Ok(1), Ok(1), Ok(2)), "all: {all}");
        assert_eq!(seen(api.get("a")).await.0, Ok(2), "all: {all}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_being_loaded_is_not_kept_either() {
    for all in [false, true] {
        let api = api(&Double::playing([Act::Slow(SECOND)]));
        let mut leader = Box::pin(api.get("a"));
        assert!(poll_once(leader.as_mut()).is_pending());
        if all {
            api.invalidate_all();
        } else {
            api.invalidate_get("a");
        }
        assert_eq!((leader.await, api.get("a").await), (Ok(1), Ok(2)), "all: {all}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_load_from_before_that_lands_leaves_the_one_from_after_alone() {
    let api = api(&Double::playing([Act::Slow(SECOND), Act::Slow(2 * SECOND)]));
    let mut before = Box::pin(api.get("a"));
    assert!(poll_once(before.as_mut()).is_pending());
    api.invalidate_get("a");
    let latecomer = async {
        tokio::time::sleep(SECOND + SECOND / 2).await;
        api.get("a").await
    };
    let (before, after, latecomer) = tokio::join!(before, api.get("a"), latecomer);
    assert_eq!((before, after, latecomer), (Ok(1), Ok(2), Ok(2)));
    assert_eq!(api.inner().calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn who_takes_over_from_a_dropped_leader_begins_anew() {
    let api = api(&Double::playing([Act::Hang]));
    let mut leader = Box::pin(api.get("a"));
    let mut follower = Box::pin(api.get("a"));
    assert!(poll_once(leader.as_mut()).is_pending());
    assert!(poll_once(follower.as_mut()).is_pending());
    api.invalidate_get("a");
    drop(leader);
    assert_eq!(follower.await, Ok(2));
    assert_eq!(seen(api.get("a")).await.1, "memory", "its load began after the invalidation");
}

fn on_disk(namespace: &str, registry: &Registry) -> Policy {
    Policy::builder("on_disk")
        .cache(CacheConfig::new().memory(MINUTE).disk(HOUR))
        .cache_namespace(namespace)
        .registry(registry)
        .build()
        .expect("valid")
}

async fn get(policy: &Policy, double: &Double, key: u32) -> (Result<u32, Fault>, &'static str) {
    let call = policy.call_cached(Key::new().part(&key), async || double.answer().await);
    let (answer, source, _) = seen(call).await;
    (answer, source)
}

#[tokio::test(start_paused = true)]
async fn what_is_forgotten_is_forgotten_on_disk() {
    let directory = tempdir().expect("a directory");
    let double = Double::default();
    for flushed in [true, false] {
        let registry = Registry::builder().cache_dir(directory.path()).build().expect("usable");
        let (mine, yours) = (on_disk("mine", &registry), on_disk("yours", &registry));
        let first = (get(&mine, &double, 1).await, get(&mine, &double, 2).await);
        let other = get(&yours, &double, 1).await.0;
        if flushed {
            registry.flush().await;
        }
        mine.invalidate(&Key::new().part(&1_u32));
        // Another decorator of the same namespace has nothing in memory.
        let same = on_disk("mine", &registry);
        assert_eq!(get(&same, &double, 2).await, (first.1.0.clone(), "disk"));
        assert_eq!(get(&same, &double, 1).await.1, "live", "flushed: {flushed}");
        mine.invalidate_all();
        let (one, two) = (get(&mine, &double, 1).await.1, get(&mine, &double, 2).await.1);
        assert_eq!((one, two), ("live", "live"), "flushed: {flushed}");
        mine.invalidate_all();
        registry.flush().await;
        let same = on_disk("mine", &registry);
        assert_eq!(get(&same, &double, 2).await.1, "live", "flushed: {flushed}");
        let yours = on_disk("yours", &registry);
        assert_eq!(get(&yours, &double, 1).await, (other, "disk"), "nobody else's are touched");
        yours.invalidate_all();
        same.invalidate_all();
        registry.flush().await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_can_be_forgotten() {
    let policy = by_hand(CacheConfig::new().memory(MINUTE));
    policy.invalidate(&Key::new());
    policy.invalidate_all();
    let without = Policy::builder("without").registry(&Registry::new()).build().expect("valid");
    without.invalidate(&Key::new());
    without.invalidate_all();
}

#[tokio::test(start_paused = true)]
async fn generic_traits_and_associated_types_have_them_too() {
    #[resilient(cache = "5m")]
    trait Rows<K: serde::Serialize + Send + Sync> {
        type Id: serde::Serialize + Sync;
        async fn row(&self, key: K, id: &Self::Id) -> Result<u32, Fault>;
    }
    impl<K: serde::Serialize + Send + Sync> Rows<K> for Double {
        type Id = u32;
        async fn row(&self, _key: K, _id: &u32) -> Result<u32, Fault> {
            self.answer().await
        }
    }
    let rows = ResilientRows::with_registry(Double::default(), &Registry::new());
    assert_eq!((rows.row("a", &1).await, rows.row(5_u8, &1).await), (Ok(1), Ok(2)));
    rows.invalidate_row("a", &1);
    assert_eq!((rows.warm_row("a", &1).await, rows.row(5_u8, &1).await), (Ok(3), Ok(2)));
    rows.invalidate_all();
    assert_eq!(rows.row(5_u8, &1).await, Ok(4));
}
