use resilient_policy::CacheConfig;

use rand::SeedableRng;

use super::*;

const CODEC: Codec = Codec { type_name: "u32", disk: None };

fn of(config: CacheConfig) -> Cache {
    let random = || SmallRng::seed_from_u64(1);
    Cache::new(config.settings(), None, random, Arc::default())
}

fn cache() -> Cache {
    of(CacheConfig::new().memory(Duration::from_secs(60)))
}

/// What is in memory and fresh.
fn there(cache: &Cache, key: &[u8], now: Moment) -> Option<(Kept, Provenance)> {
    match cache.in_memory(key, now) {
        InMemory::Fresh(value, provenance) => Some((value, provenance)),
        InMemory::Due(..) | InMemory::Nothing => None,
    }
}

fn number(value: &Kept) -> u32 {
    *value.downcast_ref().expect("a number")
}

async fn lead(cache: &Cache, key: &[u8]) -> Load {
    match cache.find(key, CODEC).await {
        Found::Nothing(load) => load,
        Found::Value { .. } => panic!("nothing is there yet"),
    }
}

#[tokio::test(start_paused = true)]
async fn followers_share_what_the_leader_loaded() {
    let cache = Arc::new(cache());
    let load = lead(&cache, b"k").await;
    let followers: Vec<_> = (0..1_000)
        .map(|_| {
            let cache = Arc::clone(&cache);
            tokio::spawn(async move {
                match cache.find(b"k", CODEC).await {
                    Found::Value { value, .. } => number(&value),
                    Found::Nothing(_) => 0,
                }
            })
        })
        .collect();
    tokio::task::yield_now().await;
    cache.loaded(load, Arc::new(7_u32), CODEC, 1, Moment::now());
    for follower in followers {
        assert_eq!(follower.await.expect("no panic"), 7);
    }
    assert_eq!((cache.flights.len(), cache.loads.len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_leader_hands_over_to_one_and_leaves_nothing_behind() {
    let cache = Arc::new(cache());
    for _ in 0..1_000 {
        let load = lead(&cache, b"k").await;
        let follower = {
            let cache = Arc::clone(&cache);
            tokio::spawn(async move {
                matches!(cache.find(b"k", CODEC).await, Found::Nothing(Load { lead: Some(_), .. }))
            })
        };
        tokio::task::yield_now().await;
        drop(load);
        assert!(follower.await.expect("no panic"));
    }
    assert_eq!((cache.flights.len(), cache.loads.len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_failed_leader_lets_every_follower_make_its_own_attempt() {
    let cache = Arc::new(cache());
    let load = lead(&cache, b"k").await;
    let followers: Vec<_> = (0..10)
        .map(|_| {
            let cache = Arc::clone(&cache);
            tokio::spawn(async move {
                matches!(cache.find(b"k", CODEC).await, Found::Nothing(Load { lead: None, .. }))
            })
        })
        .collect();
    tokio::task::yield_now().await;
    Cache::failed(load);
    for follower in followers {
        assert!(follower.await.expect("no panic"));
    }
    assert_eq!((cache.flights.len(), cache.loads.len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_slow_load_never_overwrites_a_newer_one() {
    let cache = cache();
    let (slow, fast) = (cache.load(b"k", None), cache.load(b"k", None));
    cache.loaded(fast, Arc::new(2_u32), CODEC, 1, Moment::now());
    cache.loaded(slow, Arc::new(1_u32), CODEC, 1, Moment::now());
    let (value, _) = there(&cache, b"k", Moment::now()).expect("there");
    assert_eq!(number(&value), 2);
}

#[tokio::test(start_paused = true)]
async fn an_entry_is_served_until_it_expires_and_not_at_that_moment() {
    let cache = cache();
    let load = lead(&cache, b"k").await;
    let start = Moment::now();
    cache.loaded(load, Arc::new(7_u32), CODEC, 1, start);
    let almost = start + Duration::from_secs(59);
    let (_, provenance) = there(&cache, b"k", almost).expect("fresh");
    assert_eq!(provenance, Provenance::Memory { age: Duration::from_secs(59) });
    assert!(there(&cache, b"k", start + Duration::from_secs(60)).is_none());
}

#[tokio::test(start_paused = true)]
async fn memory_is_bounded() {
    let config = CacheConfig::new().memory(Duration::from_secs(60)).capacity(10);
    let cache = of(config);
    for number in 0..1_000_u32 {
        let load = lead(&cache, &number.to_be_bytes()).await;
        cache.loaded(load, Arc::new(number), CODEC, 1, Moment::now());
    }
    assert!(cache.len() <= 10);
}
