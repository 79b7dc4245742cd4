//! Inherent blocks, implementations of traits, and single methods in them.

use std::{sync::Arc, time::Duration};

use resilient_runtime::{Origin, Registry, Rejection, State, resilient};

use super::{Calls, Fault};

struct Scout {
    url: &'static str,
    calls: Calls,
}

impl Scout {
    fn at(url: &'static str) -> Self {
        Self { url, calls: Calls::new() }
    }
}

#[resilient(
    service = "block_scout",
    retry(max = 3, base = "1ms"),
    cache(memory = "5m", key = (self.url, league)),
)]
impl Scout {
    /// What things cost.
    async fn market(&self, league: &str) -> Result<String, Fault> {
        let call = self.calls.after(1)?;
        Ok(format!("{league} at {} by {call}", self.url))
    }

    #[resilient(cache = off, retry(max = 5))]
    async fn down(&self) -> Result<(), Fault> {
        self.calls.after(u32::MAX).map(drop)
    }

    #[resilient(skip)]
    async fn bare(&self) -> Result<u32, Fault> {
        self.calls.after(1)
    }

    fn league(&self) -> String {
        self.url.to_owned()
    }

    const KEPT: u32 = 1;
}

#[tokio::test]
async fn each_value_of_the_type_has_answers_of_its_own() {
    let (one, other) = (Scout::at("one"), Scout::at("other"));
    assert_eq!(one.market("Standard").await.as_deref(), Ok("Standard at one by 2"));
    assert_eq!(one.market("Standard").await.as_deref(), Ok("Standard at one by 2"));
    assert_eq!(other.market("Standard").await.as_deref(), Ok("Standard at other by 2"));
    one.invalidate_market("Standard");
    assert_eq!(one.market("Standard").await.as_deref(), Ok("Standard at one by 3"));
    assert_eq!(other.market("Standard").await.as_deref(), Ok("Standard at other by 2"));
    assert_eq!(other.warm_market("Hardcore").await.as_deref(), Ok("Hardcore at other by 3"));
    assert_eq!((one.calls.count(), other.calls.count()), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn a_method_changes_what_the_block_says() {
    let scout = Scout::at("down");
    assert_eq!(scout.down().await, Err(Fault::Down));
    assert_eq!(scout.calls.count(), 5);
    let method = || Registry::global().service("block_scout")?.method("down");
    assert_eq!(method().expect("it was called").snapshot().attempts, 5);
}

#[tokio::test]
async fn what_is_skipped_or_cannot_fail_stays_as_it_is() {
    let scout = Scout::at("bare");
    assert_eq!(scout.bare().await, Err(Fault::Down));
    assert_eq!((scout.league().as_str(), Scout::KEPT), ("bare", 1));
    let names = Registry::global().service("block_scout");
    assert!(names.is_none_or(|service| service.method("bare").is_none()));
}

trait Shop {
    type Error;

    async fn buy(&mut self, count: u32) -> Result<u32, Self::Error>;
    fn price(&self) -> Result<u32, Self::Error>;
}

struct Store {
    stock: u32,
    failures: u32,
}

#[resilient(retry(max = 3, base = "1ms"), breaker(threshold = 5))]
impl Shop for Store {
    type Error = Fault;

    async fn buy(&mut self, count: u32) -> Result<u32, Self::Error> {
        if self.failures > 0 {
            self.failures -= 1;
            return Err(Fault::Down);
        }
        self.stock = self.stock.checked_sub(count).ok_or(Fault::Unknown)?;
        Ok(self.stock)
    }

    fn price(&self) -> Result<u32, Self::Error> {
        Ok(self.stock + 1)
    }
}

#[tokio::test]
async fn an_implementation_of_a_trait_keeps_its_types() {
    let mut store = Store { stock: 10, failures: 2 };
    assert_eq!(store.buy(4).await, Ok(6));
    assert_eq!(store.buy(40).await, Err(Fault::Unknown));
    assert_eq!((store.failures, store.price()), (0, Ok(7)));
    let service = Registry::global().service("store").expect("named after the type");
    assert_eq!(service.breaker().expect("it has one").state(), State::Closed);
    let attempts = service.method("buy").expect("it was called").snapshot().attempts;
    assert_eq!(attempts, 4);
}

struct Single(Calls);

impl Single {
    #[resilient(service = "single_method", retry(max = 2, base = "1ms"))]
    async fn twice(&self) -> Result<u32, Fault> {
        self.0.after(1)
    }

    async fn once(&self) -> Result<u32, Fault> {
        self.0.after(1)
    }

    #[resilient(service = "single_method", cache(memory = "1m", shared))]
    async fn any(&self) -> Result<u32, Fault> {
        self.0.after(0)
    }

    #[resilient(service = "single_connect", retry(max = 2, base = "1ms"))]
    async fn connect(calls: Arc<Calls>) -> Result<Self, Fault> {
        calls.after(1).map(|_| Self(Calls::new()))
    }
}

#[tokio::test]
async fn a_method_can_have_the_attribute_alone() {
    assert_eq!(Single(Calls::new()).once().await, Err(Fault::Down));
    assert_eq!(Single(Calls::new()).twice().await, Ok(2));
    let calls = Arc::new(Calls::new());
    let single = Single::connect(Arc::clone(&calls)).await.expect("the second attempt");
    assert_eq!((calls.count(), single.0.count()), (2, 0));
}

#[tokio::test]
async fn a_cache_is_shared_by_all_values_where_that_is_asked_for() {
    let (one, other) = (Single(Calls::new()), Single(Calls::new()));
    assert_eq!(one.any().await, Ok(1));
    assert_eq!(other.any().await, Ok(1));
    assert_eq!((one.0.count(), other.0.count()), (1, 0));
}

struct Two;

#[resilient(service = "two_blocks", breaker(threshold = 1))]
impl Two {
    async fn fail(&self) -> Result<u32, Fault> {
        Err(Fault::Down)
    }
}

trait Other {
    async fn answer(&self) -> Result<u32, Fault>;
}

#[resilient(service = "two_blocks", breaker(threshold = 1))]
impl Other for Two {
    async fn answer(&self) -> Result<u32, Fault> {
        Ok(1)
    }
}

#[tokio::test]
async fn two_blocks_of_one_service_share_its_breaker() {
    assert_eq!(Two.answer().await, Ok(1));
    assert_eq!(Two.fail().await, Err(Fault::Down));
    assert!(matches!(Two.answer().await, Err(Fault::Rejected(Rejection::BreakerOpen { .. }))));
}

struct Split(Calls);

#[resilient(service = "split_reads", retry(max = 3, base = "1ms"))]
impl Split {
    async fn read(&self) -> Result<u32, Fault> {
        self.0.after(2)
    }
}

#[resilient(service = "split_writes", retry(max = 2, base = "1ms"))]
impl Split {
    fn write(&self) -> Result<u32, Fault> {
        self.0.after(1)
    }
}

/// The policies of a block could have this name; here it is the user's.
#[derive(Debug, PartialEq)]
struct OwnPolicies(u32);
struct Own;

#[resilient(service = "own_policies", retry(max = 2, base = "1ms"))]
impl Own {
    fn policies(&self) -> Result<OwnPolicies, Fault> {
        Ok(OwnPolicies(7))
    }
}

#[tokio::test]
async fn a_type_has_as_many_blocks_as_its_author_likes() {
    assert_eq!(Split(Calls::new()).read().await, Ok(3));
    assert_eq!(Split(Calls::new()).write(), Ok(2));
    assert_eq!(Own.policies(), Ok(OwnPolicies(7)));
}

trait Named {
    fn named(&self) -> Result<String, Fault>;
}

#[resilient(retry(max = 2, base = "1ms"))]
impl<T: std::fmt::Display> Named for T {
    fn named(&self) -> Result<String, Fault> {
        Ok(self.to_string())
    }
}

trait Counted {
    fn size(&self) -> Result<usize, Fault>;
}

#[resilient(service = "pairs", retry(max = 2, base = "1ms"))]
impl Counted for [u8; 2] {
    fn size(&self) -> Result<usize, Fault> {
        Ok(2)
    }
}

#[resilient(service = "triples", retry(max = 2, base = "1ms"))]
impl Counted for [u8; 3] {
    fn size(&self) -> Result<usize, Fault> {
        Ok(3)
    }
}

#[test]
fn a_block_for_every_type_is_a_service_named_after_its_trait() {
    assert_eq!(5.named().as_deref(), Ok("5"));
    let service = Registry::global().service("named").expect("it was called");
    assert_eq!(service.method("named").expect("it was called").snapshot().attempts, 1);
}

#[test]
fn blocks_whose_types_differ_in_a_number() {
    assert_eq!(([1, 2].size(), [1, 2, 3].size()), (Ok(2), Ok(3)));
}

struct Backed {
    mirror: Option<Box<Backed>>,
}

trait Asked {
    async fn ask(&self, what: String) -> Result<String, Fault>;
}

struct Mirror;

impl Asked for Mirror {
    async fn ask(&self, what: String) -> Result<String, Fault> {
        Ok(format!("{what} from the mirror"))
    }
}

#[resilient(service = "block_backup", fallback(backup = Mirror))]
impl Asked for Backed {
    async fn ask(&self, what: String) -> Result<String, Fault> {
        assert!(self.mirror.is_none());
        drop(what);
        Err(Fault::Down)
    }
}

#[tokio::test]
async fn another_implementation_of_the_trait_is_the_fallback() {
    let asked = Backed { mirror: None }.ask("it".to_owned()).await;
    assert_eq!(asked.as_deref(), Ok("it from the mirror"));
}

#[tokio::test(start_paused = true)]
async fn a_timeout_ends_an_attempt_of_a_body() {
    struct Slow;
    #[resilient(service = "slow_block", timeout = "2s")]
    impl Slow {
        async fn answer(&mut self) -> Result<u32, Fault> {
            tokio::time::sleep(Duration::from_secs(10)).await;
            Ok(1)
        }
    }
    let answer = Slow.answer().await;
    assert!(matches!(answer, Err(Fault::Rejected(Rejection::TimedOut { .. }))));
}

#[tokio::test]
async fn a_service_explains_what_was_declared_for_it() {
    struct Explained;
    #[resilient(service = "explained_block", preset = cache, retry = 4)]
    impl Explained {
        async fn first(&self) -> Result<u32, Fault> {
            Ok(1)
        }

        #[resilient(retry = off)]
        async fn second(&self) -> Result<u32, Fault> {
            Ok(2)
        }
    }
    assert_eq!((Explained.first().await, Explained.second().await), (Ok(1), Ok(2)));
    let service = Registry::global().service("explained_block").expect("it was called");
    let explained = service.explain();
    let names: Vec<_> = explained.methods.iter().map(|method| &*method.method).collect();
    assert_eq!(names, ["first", "second"]);
    let max = explained.methods[0].parameter("retry", "max").expect("it retries");
    assert_eq!((&*max.value, max.origin), ("4", Origin::Attribute));
    assert!(explained.methods[1].parameter("retry", "max").is_none());
    assert!(explained.to_string().contains("attribute"), "{explained}");
}
