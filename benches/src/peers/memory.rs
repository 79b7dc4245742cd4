//! moka, cached and tower-resilience.

use tower_resilience::cache::{CacheLayer, EvictionPolicy};

use super::{TOWER, tower_service};
use crate::{
    harness::{Contender, Role},
    scenarios::memory::{CAPACITY, LIFE, by_name, by_number, names, order},
    work::{drive, ready},
};

/// Beside `memory/string`.
pub fn strings() -> Vec<Contender> {
    let names = names();
    let moka =
        moka::sync::Cache::builder().max_capacity(CAPACITY as u64).time_to_live(LIFE).build();
    let cached = cached::ShardedLruTtlCache::<String, u64>::builder()
        .max_size(CAPACITY)
        .ttl(LIFE)
        .build()
        .expect("valid");
    let layer = CacheLayer::<String, String>::builder()
        .max_size(CAPACITY)
        .ttl(LIFE)
        .eviction_policy(EvictionPolicy::Lru)
        .key_extractor(String::clone)
        .build()
        .expect("valid");
    let mut tower = tower::Layer::layer(&layer, tower::service_fn(|_: String| ready()));
    let mut ask = move |name: &str| {
        let name = name.to_owned();
        drive(async {
            let service = tower::ServiceExt::ready(&mut tower).await?;
            tower::Service::call(service, name).await
        })
        .is_ok()
    };
    for name in &names {
        moka.insert(name.clone(), 1_u64);
        cached.set(name.clone(), 1);
        assert!(ask(name));
    }
    // Its writes are done by whoever reads later.
    moka.run_pending_tasks();
    vec![
        by_name(Role::Peer, "moka", move |name| moka.get(name) == Some(1)),
        by_name(Role::Peer, "cached", move |name| cached.get(name) == Some(1)),
        by_name(Role::Peer, TOWER, ask),
    ]
}

/// Beside `memory/integer`.
pub fn integers() -> Vec<Contender> {
    let moka =
        moka::sync::Cache::builder().max_capacity(CAPACITY as u64).time_to_live(LIFE).build();
    let cached = cached::ShardedLruTtlCache::<u64, u64>::builder()
        .max_size(CAPACITY)
        .ttl(LIFE)
        .build()
        .expect("valid");
    let layer = CacheLayer::<u64, u64>::builder()
        .max_size(CAPACITY)
        .ttl(LIFE)
        .eviction_policy(EvictionPolicy::Lru)
        .key_extractor(u64::clone)
        .build()
        .expect("valid");
    let mut ask = tower_service!(layer, |_: u64| ready());
    for number in order() {
        moka.insert(number, 1_u64);
        cached.set(number, 1);
        assert!(ask(number).is_ok());
    }
    moka.run_pending_tasks();
    vec![
        by_number(Role::Peer, "moka", move |number| moka.get(&number) == Some(1)),
        by_number(Role::Peer, "cached", move |number| cached.get(&number) == Some(1)),
        by_number(Role::Peer, TOWER, move |number| ask(number).is_ok()),
    ]
}
