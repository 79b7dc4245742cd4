//! What a decorator's builder changes: parameters of its policies, and who answers when the call fails.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use resilient_runtime::{
    BreakerConfig, BulkheadConfig, CacheConfig, ConfigError, HedgeConfig, PolicyConfig, Preset,
    Provenance, RateConfig, Registry, RetryConfig, State, TimeoutConfig, resilient, traced,
};
use resilient_tests::double::{Act, Double, Fault};

#[resilient(
    service = "shop",
    retry(max = 2, base = "10ms", jitter = none),
    breaker(threshold = 50)
)]
trait Shop {
    async fn item(&self, name: &str) -> Result<u32, Fault>;

    #[resilient(retry(max = 3))]
    async fn order(&self, number: u32) -> Result<u32, Fault>;

    #[resilient(skip)]
    async fn version(&self) -> Result<u32, Fault>;
}

impl Shop for Double {
    async fn item(&self, _: &str) -> Result<u32, Fault> {
        self.answer().await
    }

    async fn order(&self, _: u32) -> Result<u32, Fault> {
        self.answer().await
    }

    async fn version(&self) -> Result<u32, Fault> {
        self.answer().await
    }
}

fn retries(max: u32) -> PolicyConfig {
    PolicyConfig::new().retry(RetryConfig::new().max(max))
}

fn breaker(threshold: u32) -> PolicyConfig {
    PolicyConfig::new().breaker(BreakerConfig::new().threshold(threshold))
}

/// How many calls reach the service when an item, and then an order, fail.
async fn attempts(shop: &impl Shop, double: &Double) -> (u32, u32) {
    let _ = shop.item("a").await;
    let item = double.calls();
    let _ = shop.order(1).await;
    (item, double.calls() - item)
}

#[tokio::test(start_paused = true)]
async fn the_builder_changes_every_method_or_one_and_the_registry_has_the_last_word() {
    let told = Registry::builder().configure("shop", retries(4)).build().expect("valid");
    for (registry, expected) in [(Registry::new(), [(5, 5), (5, 7), (2, 7)]), (told, [(4, 4); 3])] {
        let double = Double::failing(1_000);
        let builder = || ResilientShop::builder(double.clone()).registry(&registry);
        let decorators = [
            builder().configure(retries(5)),
            builder().configure_method("order", retries(7)).configure(retries(5)),
            builder().configure_method("order", retries(9)).configure_method("order", retries(7)),
        ];
        for (decorator, expected) in decorators.into_iter().zip(expected) {
            let before = double.calls();
            let shop = decorator.build().expect("valid");
            let _ = shop.item("a").await;
            let item = double.calls() - before;
            let _ = shop.order(1).await;
            assert_eq!((item, double.calls() - before - item), expected);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_builder_switches_off_and_adds_nothing() {
    let double = Double::failing(1_000);
    let added = PolicyConfig::new()
        .retry_off()
        .cache(CacheConfig::new().memory(Duration::from_secs(60)))
        .rate(RateConfig::new().limit(0.001).wait(Duration::ZERO))
        .hedge(HedgeConfig::new().after(Duration::from_millis(1)).budget_off());
    let registry = Registry::new();
    let shop = ResilientShop::builder(double.clone())
        .registry(&registry)
        .configure_method("item", added)
        .build()
        .expect("valid");
    assert_eq!(attempts(&shop, &double).await, (1, 3));
    assert_eq!((shop.version().await, double.calls()), (Err(Fault::Down), 5));
    let item = shop.service().method("item").expect("declared");
    assert!(item.own_rate_limiter().is_none() && item.snapshot().budget.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_method_that_the_builder_gives_a_guard_has_its_own() {
    let double = Double::failing(1_000);
    let registry = Registry::new();
    let shop = ResilientShop::builder(double.clone())
        .registry(&registry)
        .configure_method("order", breaker(2))
        .build()
        .expect("valid");
    assert_eq!(attempts(&shop, &double).await, (2, 2));
    let order = shop.service().method("order").expect("declared");
    assert_eq!(order.own_breaker().map(|breaker| breaker.state()), Some(State::Open));
    let shared = shop.service().breaker().expect("declared");
    assert_eq!((shared.state(), shared.snapshot().consecutive_failures), (State::Closed, 2));
}

#[test]
fn two_builders_that_change_what_is_shared_in_different_ways_are_a_conflict() {
    #[resilient(
        service = "guarded",
        breaker(threshold = 50),
        rate = 5,
        bulkhead = 5,
        retry(budget = 0.5)
    )]
    #[allow(dead_code, reason = "it is declared, and never called")]
    trait Guarded {
        async fn get(&self) -> Result<u32, Fault>;
    }
    let overrides = [
        ("breaker", breaker(7)),
        ("rate", PolicyConfig::new().rate(RateConfig::new().limit(9.0))),
        ("bulkhead", PolicyConfig::new().bulkhead(BulkheadConfig::new().max(9))),
        ("retry(budget)", PolicyConfig::new().retry(RetryConfig::new().budget(0.1))),
    ];
    for (name, over) in overrides {
        let registry = Registry::new();
        let build = |over| {
            ResilientGuarded::builder(()).registry(&registry).configure(over).build().map(drop)
        };
        build(over).expect("the first one");
        build(over).expect("the same again");
        let error = build(PolicyConfig::new()).expect_err("another one");
        assert!(matches!(error, ConfigError::Conflict { policy, .. } if policy == name), "{error}");
        // One method's own is beside the shared one, and shared by name too.
        let registry = Registry::new();
        let build = |over| {
            let builder = ResilientGuarded::builder(()).registry(&registry);
            builder.configure_method("get", over).build().map(drop)
        };
        build(over).expect("its own");
        build(PolicyConfig::new()).expect("the service's");
        let budget = PolicyConfig::new().retry(RetryConfig::new().budget(0.9));
        let other = match name {
            "breaker" => breaker(8),
            "rate" => PolicyConfig::new().rate(RateConfig::new().limit(8.0)),
            "bulkhead" => PolicyConfig::new().bulkhead(BulkheadConfig::new().max(8)),
            _ => budget,
        };
        let error = build(other).expect_err("another one");
        assert!(matches!(error, ConfigError::Conflict { policy, .. } if policy == name), "{error}");
        assert!(error.to_string().contains("`guarded.get`"), "{error}");
    }
}

#[test]
fn a_method_that_there_is_not_is_an_error_that_names_the_nearest() {
    for (typo, cure) in [
        ("ordr", "write `order`"),
        // It has no policies that could be changed.
        ("version", "write one of `item`, `order`"),
        ("zzz", "write one of `item`, `order`"),
    ] {
        let registry = Registry::new();
        let builder = ResilientShop::builder(Double::default()).registry(&registry);
        let error = builder.configure_method(typo, retries(3)).build().expect_err("unknown");
        assert!(matches!(error, ConfigError::UnknownMethod { .. }));
        let expected = format!("`shop` has no method `{typo}` with policies; {cure}");
        assert_eq!(error.to_string(), expected);
        assert!(registry.services().is_empty(), "nothing was declared");
    }
}

#[test]
fn what_cannot_work_is_refused_before_anything_is_declared() {
    let registry = Registry::new();
    let builder = || ResilientShop::builder(Double::default()).registry(&registry);
    for (builder, subject) in [
        (builder().configure(retries(0)), "`shop`"),
        (builder().configure_method("order", retries(0)), "`shop.order`"),
    ] {
        let error = builder.build().expect_err("invalid").to_string();
        assert!(error.contains("retry(max = 0)") && error.contains(subject), "{error}");
        assert!(registry.services().is_empty());
    }
    // What is valid alone can be at odds with what the attribute says.
    let lease = BreakerConfig::new().max_recovery(Duration::from_secs(90));
    let error = builder().configure(PolicyConfig::new().breaker(lease)).build();
    let error = error.expect_err("at odds").to_string();
    assert!(error.contains("`shop.item`") && error.contains("max_recovery"), "{error}");
}

#[test]
fn a_preset_adjusts_the_policies_that_there_are() {
    let registry = Registry::new();
    let shop = ResilientShop::builder(Double::default())
        .registry(&registry)
        .configure(PolicyConfig::new().preset(Preset::Database).retry(RetryConfig::new().max(6)))
        .build()
        .expect("valid");
    let item = shop.explain().method("item").expect("a method").clone();
    let value = |policy, name| item.parameter(policy, name).map(|row| row.value.clone());
    assert_eq!(value("retry", "max").as_deref(), Some("6"));
    assert_eq!(value("retry", "backoff").as_deref(), Some("1.5"));
    assert_eq!(value("breaker", "threshold").as_deref(), Some("3"));
    assert_eq!(value("bulkhead", "max"), None);
}

#[resilient(service = "prices", retry(max = 2, base = "1ms"), fallback(backup, value = 0))]
#[async_trait]
trait Prices: Send + Sync {
    async fn price(&self, item: String) -> Result<u32, Fault>;

    #[resilient(fallback = off)]
    async fn exact(&self) -> Result<u32, Fault>;
}

#[async_trait]
impl Prices for Double {
    async fn price(&self, _: String) -> Result<u32, Fault> {
        self.answer().await
    }

    async fn exact(&self) -> Result<u32, Fault> {
        self.answer().await
    }
}

struct Mirror(Double);

#[async_trait]
impl Prices for Mirror {
    async fn price(&self, item: String) -> Result<u32, Fault> {
        self.0.answer().await.map(|number| number * 100 + u32::try_from(item.len()).unwrap_or(0))
    }

    async fn exact(&self) -> Result<u32, Fault> {
        self.0.answer().await
    }
}

#[tokio::test(start_paused = true)]
async fn the_backup_is_asked_once_where_the_call_has_failed() {
    let (main, mirror) =
        (Double::failing(2), Double::playing([Act::Answer, Act::Fail(Fault::Down)]));
    let inner: Arc<dyn Prices> = Arc::new(main.clone());
    let prices = ResilientPrices::builder(inner)
        .backup(Arc::new(Mirror(mirror.clone())))
        .registry(&Registry::new())
        .build()
        .expect("valid");
    let (answer, provenance) = traced(prices.price("orb".to_owned())).await;
    assert_eq!((answer, main.calls(), mirror.calls()), (Ok(103), 2, 1));
    assert!(matches!(provenance, Provenance::Fallback { rung: 1, .. }), "{provenance:?}");
    // A call that ends well asks nobody.
    assert_eq!((prices.price("orb".to_owned()).await, mirror.calls()), (Ok(3), 1));
}

#[tokio::test(start_paused = true)]
async fn a_backup_that_fails_leaves_it_to_the_next_rung_and_one_that_is_missing_is_no_rung() {
    for (backup, expected) in [(true, 2), (false, 1)] {
        let (main, mirror) = (Double::failing(9), Double::failing(9));
        let builder = ResilientPrices::builder(main.clone()).registry(&Registry::new());
        let builder = if backup { builder.backup(mirror.clone()) } else { builder };
        let prices = builder.build().expect("valid");
        let (answer, provenance) = traced(prices.price("orb".to_owned())).await;
        assert_eq!((answer, main.calls(), mirror.calls()), (Ok(0), 2, u32::from(backup)));
        let rung = matches!(provenance, Provenance::Fallback { rung, .. } if rung == expected);
        assert!(rung, "{provenance:?}");
        assert_eq!(prices.exact().await, Err(Fault::Down));
        assert_eq!(mirror.calls(), u32::from(backup));
    }
}

#[tokio::test(start_paused = true)]
async fn a_backup_alone_is_asked_and_without_one_the_error_stays() {
    #[resilient(service = "alone", timeout = "1s", fallback = backup)]
    trait Alone {
        async fn put(&mut self, text: &mut String) -> Result<u32, Fault>;
    }
    impl Alone for Double {
        async fn put(&mut self, text: &mut String) -> Result<u32, Fault> {
            text.push('x');
            self.answer().await
        }
    }
    let (main, mirror) = (Double::failing(9), Double::default());
    let mut text = String::new();
    let mut alone = ResilientAlone::builder(main.clone())
        .backup(mirror.clone())
        .registry(&Registry::new())
        .build()
        .expect("valid");
    assert_eq!((alone.put(&mut text).await, main.calls(), mirror.calls()), (Ok(1), 1, 1));
    assert_eq!(text, "xx");
    let mut alone = ResilientAlone::with_registry(main.clone(), &Registry::new());
    assert_eq!((alone.put(&mut text).await, main.calls()), (Err(Fault::Down), 2));
}

#[test]
fn a_deadline_given_to_the_builder_is_part_of_what_holds() {
    let call = TimeoutConfig::new().call(Duration::from_secs(9));
    // The trait names no timeout, so there is none to change.
    let shop = ResilientShop::builder(Double::default())
        .registry(&Registry::new())
        .configure(PolicyConfig::new().timeout(call))
        .build()
        .expect("valid");
    assert!(shop.explain().methods.iter().all(|method| method.longest.is_none()));
}
