//! `explain()`: what holds of each method, where it comes from, and the worst case.

use std::time::Duration;

use resilient_runtime::{
    BreakerConfig, CacheConfig, ExplainedMethod, Origin, Policy, PolicyConfig, Preset, RateConfig,
    Registry, RetryConfig, Tier, TimeoutConfig, resilient,
};
use resilient_tests::double::{Double, Fault};

const REPORTS: Tier = Tier::new("reports", Duration::from_secs(20));

#[resilient(
    service = "scout",
    preset = external_api,
    rate(limit = 2, priority = low),
    fallback(backup, value = 0)
)]
#[allow(dead_code, reason = "it is explained, and never called")]
trait Scout {
    async fn market(&self, league: &str) -> Result<u32, Fault>;

    #[resilient(
        retry(max = 5, on = Fault::Busy(_), budget = off),
        cache(memory = "5m", stale = "1h"),
        fallback(stale, backup, value = 0),
        timeout(tier = REPORTS, call = "5m"),
        hedge(after = "50ms")
    )]
    async fn trends(&self) -> Result<u32, Fault>;

    #[resilient(preset = cache, rate = off, fallback = off)]
    async fn known(&self) -> Result<u32, Fault>;

    #[resilient(skip)]
    async fn version(&self) -> Result<u32, Fault>;
}

impl Scout for Double {
    async fn market(&self, _: &str) -> Result<u32, Fault> {
        self.answer().await
    }

    async fn trends(&self) -> Result<u32, Fault> {
        self.answer().await
    }

    async fn known(&self) -> Result<u32, Fault> {
        self.answer().await
    }

    async fn version(&self) -> Result<u32, Fault> {
        self.answer().await
    }
}

/// The rows of a policy as `parameter = value (origin)`.
fn rows(method: &ExplainedMethod, policy: &str) -> Vec<String> {
    let rows = method.parameters.iter().filter(|row| row.policy == policy);
    rows.map(|row| format!("{} = {} ({})", row.parameter, row.value, row.origin)).collect()
}

#[test]
fn every_method_is_a_table_in_the_order_of_the_policies() {
    let scout = ResilientScout::with_registry(Double::default(), &Registry::new());
    let text = scout.explain().to_string();
    let market = "\
The policies of the service `scout`, from the outside in.

`market`: at most 3 attempts, over in 15s.

| policy   | parameter             | from                  |
| -------- | --------------------- | --------------------- |
| fallback | `value = 0`           | trait                 |
| timeout  | `call = \"15s\"`        | preset `external_api` |
| bulkhead | `max = 100`           | preset `external_api` |
|          | `wait = \"30s\"`        | preset `external_api` |
|          | `queue = 1000`        | default               |
| retry    | `max = 3`             | preset `external_api` |
|          | `base = \"200ms\"`      | preset `external_api` |
|          | `backoff = 2.5`       | preset `external_api` |
|          | `max_delay = \"30s\"`   | preset `external_api` |
|          | `jitter = equal`      | preset `external_api` |
|          | `budget = 0.2`        | default               |
| breaker  | `threshold = 5`       | preset `external_api` |
|          | `recovery = \"1m\"`     | preset `external_api` |
|          | `half_open = 10`      | preset `external_api` |
| rate     | `limit = 2`           | trait                 |
|          | `per = \"1s\"`          | default               |
|          | `burst = 4`           | default               |
|          | `wait = \"5s\"`         | default               |
|          | `priority = low`      | trait                 |
| timeout  | `tier = external_api` | preset `external_api` |

`trends`: at most 10 attempts, over in 5m.
";
    assert!(text.starts_with(market), "{text}");
    assert!(text.ends_with("\n\n`version`: passed straight through."), "{text}");
}

#[test]
fn a_method_says_what_is_its_own() {
    let registry = Registry::new();
    let scout = ResilientScout::builder(Double::default())
        .backup(Double::default())
        .registry(&registry)
        .build()
        .expect("valid");
    let explained = scout.explain();
    let trends = explained.method("trends").expect("a method");
    assert_eq!(
        rows(trends, "fallback"),
        ["rung = stale (method)", "rung = backup (method)", "rung = value = 0 (method)"]
    );
    assert_eq!(
        rows(trends, "cache"),
        ["memory = \"5m\" (method)", "capacity = 1000 (default)", "stale = \"1h\" (method)"]
    );
    let retry = rows(trends, "retry");
    assert_eq!(retry[0], "max = 5 (method)");
    assert_eq!(retry[5..], ["budget = off (method)", "on = Fault::Busy(_) (method)"]);
    assert_eq!(rows(trends, "timeout"), ["call = \"5m\" (method)", "tier = REPORTS (method)"]);
    assert_eq!(rows(trends, "hedge"), ["after = \"50ms\" (method)", "max = 1 (default)"]);

    let known = explained.method("known").expect("a method");
    assert_eq!(rows(known, "retry"), [" = off (preset cache)"]);
    assert_eq!(rows(known, "rate"), [" = off (method)"]);
    assert_eq!(rows(known, "fallback"), [""; 0]);
    assert_eq!((known.attempts, known.longest), (1, Some(Duration::from_secs(15))));

    let version = explained.method("version").expect("a method");
    assert!(version.skipped && version.parameters.is_empty());
}

#[test]
fn what_builder_and_registry_have_changed_is_what_is_told() {
    let told = PolicyConfig::new()
        .breaker(BreakerConfig::new().recovery(Duration::from_secs(5)))
        .rate_off()
        .cache(CacheConfig::new().memory(Duration::from_secs(60)));
    let registry = Registry::builder().configure("scout", told).build().expect("valid");
    let every = PolicyConfig::new()
        .breaker(BreakerConfig::new().recovery(Duration::from_secs(9)).half_open(3))
        .retry(RetryConfig::new().max(4));
    let one = PolicyConfig::new().timeout(TimeoutConfig::new().call(Duration::from_secs(12)));
    let scout = ResilientScout::builder(Double::default())
        .registry(&registry)
        .configure(every)
        .configure_method("market", one)
        .build()
        .expect("valid");
    let explained = scout.explain();
    let market = explained.method("market").expect("a method");
    assert_eq!(
        rows(market, "breaker"),
        [
            "threshold = 5 (preset external_api)",
            "recovery = \"5s\" (registry)",
            "half_open = 3 (builder)"
        ]
    );
    // What the trait says of a policy that is off is not told of.
    assert_eq!(rows(market, "rate"), [" = off (registry)"]);
    assert_eq!(rows(market, "retry")[0], "max = 4 (builder)");
    assert_eq!(rows(market, "cache"), [""; 0]);
    assert_eq!((market.attempts, market.longest), (4, Some(Duration::from_secs(12))));
    let memory = explained.method("trends").and_then(|trends| trends.parameter("cache", "memory"));
    assert_eq!(memory.map(|row| (&*row.value, row.origin)), Some(("\"1m\"", Origin::Registry)));
}

#[test]
fn the_worst_case_of_a_tier_is_known_at_run_time() {
    #[resilient(service = "tiers", retry(max = 2, max_delay = "10s"), timeout(tier = REPORTS))]
    #[allow(dead_code, reason = "it is explained, and never called")]
    trait Tiers {
        async fn get(&self) -> Result<u32, Fault>;
    }
    let tiers = ResilientTiers::with_registry((), &Registry::new());
    let worst_case = tiers.explain().methods[0].worst_case();
    assert_eq!(worst_case, "at most 2 attempts, over in 50s");
}

#[test]
fn a_policy_by_hand_says_what_its_builder_was_told() {
    let told = PolicyConfig::new().retry(RetryConfig::new().max(4));
    let registry = Registry::builder().configure("hand", told).build().expect("valid");
    let policy = Policy::builder("hand")
        .method("ask")
        .preset(Preset::Database)
        .rate(RateConfig::new().limit(3.0))
        .retry(RetryConfig::new().base(Duration::from_millis(70)))
        .registry(&registry)
        .build()
        .expect("valid");
    let explained = policy.explain();
    assert_eq!((&*explained.service, &*explained.methods[0].method), ("hand", "ask"));
    let ask = &explained.methods[0];
    assert_eq!(
        rows(ask, "retry")[..3],
        ["max = 4 (registry)", "base = \"70ms\" (builder)", "backoff = 1.5 (preset database)",]
    );
    assert_eq!(rows(ask, "rate")[0], "limit = 3 (builder)");
}

#[test]
fn an_explanation_is_plain_data() {
    let policy = Policy::builder("plain")
        .preset(Preset::Cache)
        .registry(&Registry::new())
        .build()
        .expect("valid");
    let json = serde_json::to_value(policy.explain()).expect("plain data");
    assert_eq!(json["service"], "plain");
    let call = &json["methods"][0];
    assert_eq!((&call["method"], &call["attempts"]), (&"call".into(), &1.into()));
    let first = &call["parameters"][0];
    assert_eq!((&first["policy"], &first["parameter"]), (&"bulkhead".into(), &"max".into()));
    assert_eq!((&first["value"], &first["origin"]["preset"]), (&"100".into(), &"cache".into()));
}
