//! A hit in memory: ten thousand keys, asked for in an order that no processor guesses.

use std::time::{Duration, Instant};

use resilient_runtime::{Registry, resilient};
use tower_resilience::cache::{CacheLayer, EvictionPolicy};

use super::{Entry, tower_service};
use crate::{
    harness::{Contender, Reaches, Role, Scenario, Shuffler},
    work::{Answer, Client, drive, ready},
};

/// In order.
pub const ALL: &[Entry] = &[("memory/string", true, strings), ("memory/integer", true, integers)];

const KEYS: usize = 10_000;
/// Caches in parts need more than they hold, or a part is full.
const CAPACITY: usize = 2 * KEYS;
const LIFE: Duration = Duration::from_hours(1);

#[resilient(service = "memory", cache(memory = "1h", capacity = 20_000))]
trait Kept {
    async fn by_name(&self, name: &str) -> Answer;
    async fn by_number(&self, number: u64) -> Answer;
}

impl Kept for Client {
    async fn by_name(&self, _name: &str) -> Answer {
        ready().await
    }
    async fn by_number(&self, _number: u64) -> Answer {
        ready().await
    }
}

fn order() -> Vec<u64> {
    let mut order: Vec<u64> = (0..KEYS as u64).collect();
    Shuffler::new(7).shuffle(&mut order);
    order
}

/// One after the other, without end.
fn cycle(length: usize) -> impl FnMut() -> usize {
    let mut next = 0;
    move || {
        next = if next + 1 == length { 0 } else { next + 1 };
        next
    }
}

fn names() -> Vec<String> {
    order().into_iter().map(|number| format!("Divine Orb {number}")).collect()
}

/// What stands for a cache with a time to live, put together by hand: when it expires beside the value.
type Timed<K> = quick_cache::sync::Cache<K, (Instant, u64)>;

fn strings() -> Scenario {
    let none = Reaches::None;
    let names = names();
    let ours = ResilientKept::with_registry(Client, &Registry::new());
    let quick = Timed::<String>::new(CAPACITY);
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
        assert!(drive(ours.by_name(name)).is_ok());
        quick.insert(name.clone(), (Instant::now() + LIFE, 1));
        moka.insert(name.clone(), 1_u64);
        cached.set(name.clone(), 1);
        assert!(ask(name));
    }
    // Its writes are done by whoever reads later.
    moka.run_pending_tasks();
    let contender = |role, label, mut look: Box<dyn FnMut(&str) -> bool>| {
        let (names, mut next) = (names.clone(), cycle(KEYS));
        Contender::new(role, label, none, move |_| look(&names[next()]))
    };
    Scenario {
        title: "A hit in memory, keys are strings",
        contenders: vec![
            contender(Role::Ours, "ours", Box::new(move |name| drive(ours.by_name(name)).is_ok())),
            contender(
                Role::Floor,
                "quick_cache and a clock read",
                Box::new(move |name| {
                    quick
                        .get(name)
                        .is_some_and(|(until, value)| Instant::now() < until && value == 1)
                }),
            ),
            contender(Role::Peer, "moka", Box::new(move |name| moka.get(name) == Some(1))),
            contender(Role::Peer, "cached", Box::new(move |name| cached.get(name) == Some(1))),
            contender(Role::Peer, "tower-resilience", Box::new(ask)),
        ],
    }
}

fn integers() -> Scenario {
    let none = Reaches::None;
    let ours = ResilientKept::with_registry(Client, &Registry::new());
    let quick = Timed::<u64>::new(CAPACITY);
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
        assert!(drive(ours.by_number(number)).is_ok());
        quick.insert(number, (Instant::now() + LIFE, 1));
        moka.insert(number, 1_u64);
        cached.set(number, 1);
        assert!(ask(number).is_ok());
    }
    moka.run_pending_tasks();
    let contender = |role, label, mut look: Box<dyn FnMut(u64) -> bool>| {
        let (numbers, mut next) = (order(), cycle(KEYS));
        Contender::new(role, label, none, move |_| look(numbers[next()]))
    };
    Scenario {
        title: "A hit in memory, keys are integers",
        contenders: vec![
            contender(
                Role::Ours,
                "ours",
                Box::new(move |number| drive(ours.by_number(number)).is_ok()),
            ),
            contender(
                Role::Floor,
                "quick_cache and a clock read",
                Box::new(move |number| {
                    let kept = quick.get(&number);
                    kept.is_some_and(|(until, value)| Instant::now() < until && value == 1)
                }),
            ),
            contender(Role::Peer, "moka", Box::new(move |number| moka.get(&number) == Some(1))),
            contender(Role::Peer, "cached", Box::new(move |number| cached.get(&number) == Some(1))),
            contender(Role::Peer, "tower-resilience", Box::new(move |number| ask(number).is_ok())),
        ],
    }
}
