//! Blocks and functions in the global registry, which this process makes before their first call.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Barrier,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use resilient_runtime::{PolicyConfig, Registry, RetryConfig, resilient};
use resilient_tests::double::Fault;

static READS: AtomicU32 = AtomicU32::new(0);

#[resilient(service = "declared_reads", retry(max = 5, base = "1ms"))]
fn read() -> Result<u32, Fault> {
    READS.fetch_add(1, Ordering::SeqCst);
    Err(Fault::Down)
}

struct Shop(AtomicU32);

#[resilient(service = "declared_shop", cache(memory = "1m", disk = "1h", shared))]
impl Shop {
    async fn price(&self, item: &str) -> Result<String, Fault> {
        Ok(format!("{item} {}", self.0.fetch_add(1, Ordering::SeqCst)))
    }
}

#[resilient(service = "declared_prices", cache(memory = "1m", disk = "1h"))]
fn price(item: &str) -> Result<usize, Fault> {
    Ok(item.len())
}

mod elsewhere {
    use super::{Fault, resilient};

    pub(super) struct Shop;

    #[resilient(service = "declared_shop", cache(memory = "1m", disk = "1h", shared))]
    impl Shop {
        pub(super) async fn price(&self, _item: &str) -> Result<String, Fault> {
            Err(Fault::Down)
        }
    }

    #[resilient(service = "declared_prices", cache(memory = "1m", disk = "1h"))]
    pub(super) fn price(_item: &str) -> Result<usize, Fault> {
        Err(Fault::Down)
    }
}

#[resilient(service = "declared_at_odds", breaker(threshold = 1))]
fn first() -> Result<u32, Fault> {
    Ok(1)
}

struct AtOdds;

#[resilient(service = "declared_at_odds", breaker(threshold = 2))]
impl AtOdds {
    async fn second(&self) -> Result<u32, Fault> {
        Ok(2)
    }
}

#[resilient(service = "declared_at_odds", breaker(threshold = 3))]
fn third() -> Result<u32, Fault> {
    Ok(3)
}

fn panics<T>(call: impl FnOnce() -> T) -> String {
    let panicked = catch_unwind(AssertUnwindSafe(|| drop(call()))).expect_err("they are at odds");
    panicked.downcast_ref::<String>().expect("it says why").clone()
}

/// One test, for there is one global registry.
#[tokio::test]
async fn the_global_registry_is_the_one_that_the_program_made() {
    let directory = tempfile::tempdir().expect("a directory");
    let twice = PolicyConfig::new().retry(RetryConfig::new().max(2));
    let registry = Registry::builder().cache_dir(directory.path());
    let registry = registry.configure("declared_reads", twice).build().expect("it can work");
    assert!(registry.set_global().is_ok());

    assert_eq!(read(), Err(Fault::Down));
    assert_eq!(READS.load(Ordering::SeqCst), 2, "as the registry says");

    let shop = Shop(AtomicU32::new(0));
    for _ in 0..2 {
        assert_eq!(shop.price("orb").await.as_deref(), Ok("orb 0"));
        assert_eq!(price("orb"), Ok(3));
    }
    Registry::global().flush().await;
    let on_disk = || Registry::global().snapshot().disk_tier.map(|disk| disk.entries);
    assert_eq!(on_disk(), Some(2));
    // What has the same name in the same service, and stands in another module, does not find it there.
    assert_eq!(elsewhere::Shop.price("orb").await, Err(Fault::Down));
    assert_eq!(elsewhere::price("orb"), Err(Fault::Down));

    // Each call says why, whoever makes it, and however many at once.
    assert_eq!(first(), Ok(1));
    let together = Barrier::new(4);
    let reasons = thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    together.wait();
                    panics(third)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("caught")).collect::<Vec<_>>()
    });
    for reason in reasons.into_iter().chain([panics(third)]) {
        assert!(reason.contains("declared_at_odds") && reason.contains("threshold"), "{reason}");
    }
    for _ in 0..2 {
        let panicked = tokio::spawn(async { AtOdds.second().await }).await.expect_err("at odds");
        let reason = panicked.into_panic().downcast::<String>().expect("it says why");
        assert!(reason.contains("declared_at_odds"), "{reason}");
    }
    assert_eq!(first(), Ok(1));

    assert!(Registry::new().set_global().is_err(), "it was used");
}
