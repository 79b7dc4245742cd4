//! A hit in memory: ten thousand keys, asked for in an order that no processor guesses.

use std::time::{Duration, Instant};

use resilient_runtime::{Registry, resilient};

use super::{Entry, peers};
use crate::{
    harness::{Contender, Reaches, Role, Scenario, Shuffler},
    work::{Answer, Client, drive, ready},
};

/// In order.
pub const ALL: &[Entry] = &[("memory/string", true, strings), ("memory/integer", true, integers)];

const KEYS: usize = 10_000;
/// Caches in parts need more than they hold, or a part is full.
pub const CAPACITY: usize = 2 * KEYS;
/// How long they live.
pub const LIFE: Duration = Duration::from_hours(1);

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

/// The keys, shuffled.
pub fn order() -> Vec<u64> {
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

/// The same as texts.
pub fn names() -> Vec<String> {
    order().into_iter().map(|number| format!("Divine Orb {number}")).collect()
}

const BARE: &str = "quick_cache and a clock read";

/// What stands for a cache with a time to live, put together by hand: when it expires beside the value.
type Timed<K> = quick_cache::sync::Cache<K, (Instant, u64)>;

/// Asks for one name after the other.
pub fn by_name(role: Role, label: &str, mut look: impl FnMut(&str) -> bool + 'static) -> Contender {
    let (names, mut next) = (names(), cycle(KEYS));
    Contender::new(role, label, Reaches::None, move |_| look(&names[next()]))
}

/// Asks for one number after the other.
pub fn by_number(
    role: Role,
    label: &str,
    mut look: impl FnMut(u64) -> bool + 'static,
) -> Contender {
    let (numbers, mut next) = (order(), cycle(KEYS));
    Contender::new(role, label, Reaches::None, move |_| look(numbers[next()]))
}

/// Whether what was kept is there, and not expired.
fn is_fresh(kept: Option<(Instant, u64)>) -> bool {
    kept.is_some_and(|(until, value)| Instant::now() < until && value == 1)
}

fn strings() -> Scenario {
    let ours = ResilientKept::with_registry(Client, &Registry::new());
    let quick = Timed::<String>::new(CAPACITY);
    for name in names() {
        assert!(drive(ours.by_name(&name)).is_ok());
        quick.insert(name, (Instant::now() + LIFE, 1));
    }
    let contenders = vec![
        by_name(Role::Ours, "ours", move |name| drive(ours.by_name(name)).is_ok()),
        by_name(Role::Floor, BARE, move |name| is_fresh(quick.get(name))),
    ];
    Scenario::new("A hit in memory, keys are strings", contenders, peers!(memory::strings))
}

fn integers() -> Scenario {
    let ours = ResilientKept::with_registry(Client, &Registry::new());
    let quick = Timed::<u64>::new(CAPACITY);
    for number in order() {
        assert!(drive(ours.by_number(number)).is_ok());
        quick.insert(number, (Instant::now() + LIFE, 1));
    }
    let contenders = vec![
        by_number(Role::Ours, "ours", move |number| drive(ours.by_number(number)).is_ok()),
        by_number(Role::Floor, BARE, move |number| is_fresh(quick.get(&number))),
    ];
    Scenario::new("A hit in memory, keys are integers", contenders, peers!(memory::integers))
}
