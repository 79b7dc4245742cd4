//! The success path allocates nothing.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    time::Duration,
};

use resilient_runtime::{
    CacheConfig, Key, Policy, Preset, Registry, cacheable, fallible, resilient,
};
use resilient_tests::double::Fault;

struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is the system allocator's own.
#[allow(unsafe_code, reason = "an allocator is unsafe by its nature, and this one only counts")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[resilient(
    breaker(threshold = 3),
    retry = 3,
    rate(limit = 1_000_000.0),
    timeout(attempt = "1s", call = "5s")
)]
trait Api {
    async fn get(&self, id: u64) -> Result<u64, Fault>;
    #[resilient(cache = "1m")]
    async fn cached(&self, name: &str, page: u32) -> Result<u64, Fault>;
    #[resilient(retry = off)]
    async fn suspends(&self) -> Result<u64, Fault>;
}

fn never<T>(_: &T) -> bool {
    false
}

#[resilient(
    service = "everything",
    breaker(threshold = 0.5, window = 50, slow = "1s", key = host, ignore = Fault::Wrong, failure_if = never),
    retry(max = 3, retry_if = never, when = never, within = "9s"),
    rate(limit = 1_000_000.0, key = host, priority = high, adaptive),
    timeout(adaptive(max = "1s"), call = "5s"),
    bulkhead(adaptive, max = 10, wait = "1s"),
    hedge(after = p90)
)]
trait Everything {
    async fn ready(&self, host: &str) -> Result<u64, Fault>;
    async fn pending(&self, host: &str) -> Result<u64, Fault>;
}

impl Everything for Client {
    async fn ready(&self, _host: &str) -> Result<u64, Fault> {
        Ok(1)
    }
    async fn pending(&self, _host: &str) -> Result<u64, Fault> {
        tokio::task::yield_now().await;
        Ok(1)
    }
}

/// The same in the place of bodies.
#[resilient(
    service = "bodies",
    breaker(threshold = 3),
    retry = 3,
    rate(limit = 1_000_000.0),
    timeout(attempt = "1s", call = "5s")
)]
impl Client {
    async fn looked_up(&self, id: u64) -> Result<u64, Fault> {
        Ok(id)
    }

    async fn sent(&self, _ignored: String, log: &mut Vec<u8>) -> Result<usize, Fault> {
        tokio::task::yield_now().await;
        Ok(log.len())
    }

    #[resilient(retry = off)]
    async fn taken(&self, text: String) -> Result<String, Fault> {
        Ok(text)
    }

    fn blocks(&self, name: &str) -> Result<usize, Fault> {
        Ok(name.len())
    }
}

#[resilient(retry = 3, timeout = "1s")]
async fn function(name: &str) -> Result<usize, Fault> {
    Ok(name.len())
}

struct Client;

impl Api for Client {
    async fn get(&self, id: u64) -> Result<u64, Fault> {
        Ok(id)
    }
    async fn cached(&self, name: &str, page: u32) -> Result<u64, Fault> {
        Ok(name.len() as u64 + u64::from(page))
    }
    async fn suspends(&self) -> Result<u64, Fault> {
        tokio::task::yield_now().await;
        Ok(1)
    }
}

fn allocations() -> usize {
    COUNT.with(Cell::get)
}

#[tokio::test]
async fn a_success_allocates_nothing() {
    let api = ResilientApi::with_registry(Client, &Registry::new());
    let warm = (api.get(1).await, api.cached("name", 2).await, api.suspends().await);
    assert_eq!(warm, (Ok(1), Ok(6), Ok(1)));

    let before = allocations();
    for id in 0..100 {
        assert_eq!(api.get(id).await, Ok(id));
    }
    assert_eq!(allocations() - before, 0, "breaker, retry, rate and timeout");

    let before = allocations();
    for _ in 0..100 {
        assert_eq!(api.cached("name", 2).await, Ok(6));
    }
    assert_eq!(allocations() - before, 0, "a hit in memory");

    let everything = ResilientEverything::with_registry(Client, &Registry::new());
    for _ in 0..30 {
        let warm = (everything.ready("eu").await, everything.pending("eu").await);
        assert_eq!(warm, (Ok(1), Ok(1)));
    }
    let before = allocations();
    for _ in 0..100 {
        assert_eq!(everything.ready("eu").await, Ok(1));
    }
    assert_eq!(allocations() - before, 0, "every policy and rule");

    let (mut log, mut text) = (Vec::new(), String::from("moved, and not cloned"));
    let mut before = 0;
    for round in 0..2 {
        // The first round declares, and makes what is there from then on.
        before = allocations();
        for _ in 0..100 {
            let ignored = std::mem::take(&mut text);
            text = Client.taken(ignored).await.expect("it answers");
            assert_eq!(Client.looked_up(4).await, Ok(4));
            assert_eq!(Client.sent(String::new(), &mut log).await, Ok(0));
            assert_eq!((Client.blocks("name"), function("name").await), (Ok(4), Ok(4)), "{round}");
        }
    }
    assert_eq!(allocations() - before, 0, "bodies");
    assert!(size_of_val(&Client.looked_up(4)) <= size_of_val(&api.get(4)), "than a decorator's");

    let policy = Policy::builder("blocking")
        .config(Preset::ExternalApi.config())
        .cache(CacheConfig::new().memory(Duration::from_secs(60)))
        .registry(&Registry::new())
        .build()
        .expect("valid");
    let cached = || policy.with(fallible()).cached(cacheable::<Result<u64, Fault>>(), Key::new());
    assert_eq!(policy.call_blocking(|| Ok::<_, Fault>(1)), cached().call_blocking(|| Ok(1)));
    let before = allocations();
    for _ in 0..100 {
        assert_eq!(policy.call_blocking(|| Ok::<_, Fault>(1)), Ok(1));
        assert_eq!(cached().call_blocking(|| Ok(2)), Ok(1));
    }
    assert_eq!(allocations() - before, 0, "a thread that has waited before");

    let before = allocations();
    let text = String::from("the allocator does count");
    assert_eq!(allocations() - before, 1, "{text}");
}
