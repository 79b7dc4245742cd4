use std::time::Duration;

use proptest::{option::of, prelude::*};

use super::{ExplainedMethod, ExplainedParameter, Origin};
use crate::{
    AdaptiveConfig, Backoff, BreakerConfig, BulkheadConfig, CacheConfig, HedgeConfig, Layers,
    LimitAlgorithm, Per, PolicyConfig, Preset, RateAlgorithm, RateConfig, RetryConfig, Scope,
    Setting, Tier, TimeoutConfig,
};

const fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// The parameters of a policy as `policy(parameter = value) origin`.
fn rows(method: &ExplainedMethod, policy: &str) -> Vec<String> {
    let rows = method.parameters.iter().filter(|row| row.policy == policy);
    rows.map(|ExplainedParameter { parameter, value, origin, .. }| {
        format!("{parameter} = {value}: {origin}")
    })
    .collect()
}

#[test]
fn each_value_is_told_of_with_the_place_that_gave_it_last() {
    let common = PolicyConfig::new()
        .preset(Preset::ExternalApi)
        .breaker(BreakerConfig::new().recovery(secs(10)));
    let own = PolicyConfig::new().retry(RetryConfig::new().max(5).budget(0.1));
    let every = PolicyConfig::new().breaker(BreakerConfig::new().threshold(7));
    let one = PolicyConfig::new().bulkhead(BulkheadConfig::new().max(4));
    let told = PolicyConfig::new().retry(RetryConfig::new().base(secs(3)));
    let layers = Layers::new(Origin::Trait, common).method(own).builder(every, one).registry(told);
    let method = layers.explain("quote");
    assert_eq!(
        rows(&method, "retry"),
        [
            "max = 5: method",
            "base = \"3s\": registry",
            "backoff = 2.5: preset external_api",
            "max_delay = \"30s\": preset external_api",
            "jitter = equal: preset external_api",
            "budget = 0.1: method",
        ]
    );
    assert_eq!(
        rows(&method, "breaker"),
        [
            "threshold = 7: builder",
            "recovery = \"10s\": trait",
            "half_open = 10: preset external_api",
        ]
    );
    assert_eq!(
        rows(&method, "bulkhead"),
        ["max = 4: builder", "wait = \"30s\": preset external_api", "queue = 40: default"]
    );
    assert_eq!((method.attempts, method.longest), (5, Some(secs(15))));
    let order: Vec<_> = method.parameters.iter().map(|row| row.policy).collect();
    let mut policies = order.clone();
    policies.dedup();
    assert_eq!(policies, ["timeout", "bulkhead", "retry", "breaker", "timeout"]);
}

#[test]
fn what_is_taken_away_says_by_whom_and_what_is_put_back_begins_anew() {
    let common = PolicyConfig::new()
        .retry(RetryConfig::new().max(4).base(secs(9)))
        .cache(CacheConfig::new().memory(secs(300)));
    let own = PolicyConfig::new().cache_off();
    let told = PolicyConfig::new().retry_off().cache(CacheConfig::new().memory(secs(1)));
    let method = Layers::new(Origin::Trait, common).method(own).registry(told).explain("quote");
    assert_eq!(rows(&method, "cache"), [" = off: method"]);
    assert_eq!(rows(&method, "retry"), [" = off: registry"]);
    assert_eq!((method.attempts, method.longest), (1, None));

    let own = PolicyConfig::new().preset(Preset::Cache);
    let method = Layers::new(Origin::Trait, common).method(own).explain("quote");
    assert_eq!(rows(&method, "retry"), [" = off: preset cache"]);
    // A layer is put together before it is laid over those below.
    let own = own.retry(RetryConfig::new().max(2));
    let method = Layers::new(Origin::Trait, common).method(own).explain("quote");
    assert_eq!(rows(&method, "retry")[..2], ["max = 2: method", "base = \"9s\": trait"]);
}

#[test]
fn a_shared_budget_is_the_registrys_or_the_traits() {
    let common = PolicyConfig::new().retry(RetryConfig::new().budget(0.5));
    let hedged = PolicyConfig::new().retry_off().hedge(HedgeConfig::new().after(secs(1)));
    let layers = Layers::new(Origin::Trait, common).method(hedged);
    let budget = |layers: Layers| rows(&layers.explain("quote"), "hedge")[2].clone();
    assert_eq!(budget(layers.clone()), "budget = 0.5: trait");
    let told = PolicyConfig::new().retry(RetryConfig::new().budget(0.3));
    assert_eq!(budget(layers.clone().registry(told)), "budget = 0.3: registry");
    let own = PolicyConfig::new().hedge(HedgeConfig::new().budget_off());
    assert_eq!(budget(layers.clone().registry(told).builder(told, own)), "budget = off: builder");
    // For a policy that the method does not have, it says nothing.
    assert_eq!(budget(layers.builder(PolicyConfig::new(), told)), "budget = 0.5: trait");
}

#[test]
fn what_is_said_in_code_stands_beside_its_policy_if_that_is_there() {
    let double = |n: u32| secs(u64::from(n));
    let common = PolicyConfig::new()
        .retry(RetryConfig::new().backoff_with(double))
        .breaker(BreakerConfig::new().keyed(true))
        .timeout(TimeoutConfig::new().tier(Tier::new("reports", secs(20))));
    let say = |layers: Layers| {
        let method = layers.explain("quote");
        method
            .of_trait("retry", "backoff", "double")
            .of_method("retry", "on", "Fault::Busy")
            .of_trait("breaker", "key", "host")
            .of_trait("timeout", "tier", "REPORTS")
            .of_trait("cache", "key", "league")
            .of_trait("fallback", "rung", "stale")
            .of_trait("fallback", "rung", "backup")
            .of_method("fallback", "rung", "offline")
    };
    let method = say(Layers::new(Origin::Trait, common));
    let chain = ["rung = stale: trait", "rung = backup: trait", "rung = offline: method"];
    assert_eq!(rows(&method, "fallback"), chain);
    assert_eq!(rows(&method.clone().backed(true), "fallback"), chain);
    assert_eq!(rows(&method.clone().backed(false), "fallback"), [chain[0], chain[2]]);
    let retry = rows(&method, "retry");
    assert_eq!((&*retry[1], &*retry[5]), ("backoff = double: trait", "on = Fault::Busy: method"));
    assert_eq!(rows(&method, "breaker")[3], "key = host: trait");
    assert_eq!(rows(&method, "timeout"), ["tier = REPORTS: trait"]);
    assert_eq!(rows(&method, "cache"), [""; 0]);
    assert_eq!(method.parameters[0].policy, "fallback");

    let told = PolicyConfig::new()
        .retry(RetryConfig::new().backoff(3.0))
        .timeout(TimeoutConfig::new().attempt(secs(1)))
        .breaker_off();
    let method = say(Layers::new(Origin::Trait, common).registry(told));
    assert!(rows(&method, "retry").contains(&"backoff = 3.0: registry".to_owned()));
    assert_eq!(rows(&method, "timeout"), ["attempt = \"1s\": registry"]);
    assert_eq!(rows(&method, "breaker"), [" = off: registry"]);
}

#[test]
fn the_table_is_markdown_whose_columns_stand_below_each_other() {
    let common = PolicyConfig::new()
        .cache(CacheConfig::new().memory(secs(300)))
        .timeout(TimeoutConfig::new().attempt(secs(2)));
    let method = Layers::new(Origin::Trait, common).explain("quote").of_method(
        "fallback",
        "rung",
        "|failure| async move { last(failure) }",
    );
    let expected = "\
`quote`: at most 1 attempt, over in 2s.

| policy   | parameter                                  | from    |
| -------- | ------------------------------------------ | ------- |
| fallback | `\\|failure\\| async move { last(failure) }` | method  |
| cache    | `memory = \"5m\"`                            | trait   |
|          | `capacity = 1000`                          | default |
| timeout  | `attempt = \"2s\"`                           | trait   |";
    assert_eq!(method.to_string(), expected);
    let nothing = Layers::new(Origin::Trait, PolicyConfig::new()).explain("quote");
    let words = "`quote`: no policy; at most 1 attempt, without a limit in time.";
    assert_eq!(nothing.to_string(), words);
    assert_eq!(ExplainedMethod::skipped("a").to_string(), "`a`: passed straight through.");
}

#[test]
fn a_tier_that_nobody_has_looked_at_leaves_the_worst_case_open() {
    let timeout = TimeoutConfig::new().tier(Tier::new("slow", secs(20)));
    let worst_case = |timeout| {
        let layers = Layers::new(Origin::Trait, PolicyConfig::new().timeout(timeout));
        layers.explain("quote").left_to("SLOW").worst_case()
    };
    assert_eq!(worst_case(timeout), "at most 1 attempt, in the time that `SLOW` gives");
    assert_eq!(worst_case(timeout.call(secs(60))), "at most 1 attempt, over in 1m");
    assert_eq!(worst_case(timeout.attempt(secs(1))), "at most 1 attempt, over in 1s");
}

fn setting<C: Clone + std::fmt::Debug + 'static>(
    config: impl Strategy<Value = C> + 'static,
) -> BoxedStrategy<Setting<C>> {
    let setting = prop_oneof![
        2 => Just(Setting::Unset),
        1 => Just(Setting::Off),
        3 => config.prop_map(Setting::On),
    ];
    // On the heap: together the layers are more than a test's stack holds.
    setting.boxed()
}

/// A few values, so that layers agree now and then.
fn few<T: Clone + std::fmt::Debug + 'static>(values: [T; 3]) -> impl Strategy<Value = Option<T>> {
    of(proptest::sample::select(values.to_vec()))
}

fn time() -> impl Strategy<Value = Option<Duration>> {
    few([secs(1), secs(2), secs(7)])
}

fn count() -> impl Strategy<Value = Option<u32>> {
    few([1, 2, 3])
}

/// Lays what is there into a config, by its setters.
macro_rules! given {
    ($config:expr, $( $setter:ident: $value:expr ),+ $(,)?) => {{
        let mut config = $config;
        $( if let Some(value) = $value { config = config.$setter(value); } )+
        config
    }};
}

prop_compose! {
    fn retry()(max in count(), base in time(), within in time(), factor in of(Just(3.0)),
               way in of(Just(Backoff::Linear)), budget in few([0.1, 0.2, 0.5])) -> RetryConfig {
        given!(RetryConfig::new(), max: max, base: base, within: within, backoff: factor,
               strategy: way, budget: budget)
    }
}

prop_compose! {
    fn breaker()(threshold in count(), rate in of(Just(0.5)), recovery in time(), slow in time(),
                 keyed in of(any::<bool>()), per in of(Just(Per::Call)),
                 scope in of(Just(Scope::Method)), jitter in of(Just(0.5))) -> BreakerConfig {
        given!(BreakerConfig::new(), threshold: threshold, failure_rate: rate, recovery: recovery,
               slow: slow, keyed: keyed, per: per, scope: scope, recovery_jitter: jitter)
    }
}

prop_compose! {
    fn rate()(limit in few([0.5, 2.0, 9.0]), per in time(), burst in count(),
              algorithm in of(Just(RateAlgorithm::SlidingWindow))) -> RateConfig {
        given!(RateConfig::new(), limit: limit, per: per, burst: burst, algorithm: algorithm)
    }
}

prop_compose! {
    fn cache()(memory in time(), disk in time(), stale in time(), schema in count()) -> CacheConfig {
        given!(CacheConfig::new(), memory: memory, disk: disk, stale: stale, schema: schema)
    }
}

prop_compose! {
    fn timeout()(attempt in time(), tier in of(Just(Tier::DATABASE)), call in time(),
                 adaptive in of((time(), time()))) -> TimeoutConfig {
        let adaptive = adaptive.map(|(min, max)| {
            given!(AdaptiveConfig::new(), min: min, max: max)
        });
        given!(TimeoutConfig::new(), attempt: attempt, tier: tier, call: call, adaptive: adaptive)
    }
}

prop_compose! {
    fn bulkhead()(max in few([2, 3, 9]), wait in time(), adapts in any::<bool>()) -> BulkheadConfig {
        // The least of a limit says nothing of one that does not adapt.
        let (way, min) = (adapts.then_some(LimitAlgorithm::Vegas), adapts.then_some(2));
        given!(BulkheadConfig::new(), max: max, wait: wait, adaptive: way, min: min)
    }
}

prop_compose! {
    fn hedge()(after in time(), max in count(), budget in few([0.1, 0.2, 0.5])) -> HedgeConfig {
        given!(HedgeConfig::new(), after: after, max: max, budget: budget)
    }
}

prop_compose! {
    fn layer()(preset in few([Preset::ExternalApi, Preset::Database, Preset::Cache]),
               breaker in setting(breaker()), retry in setting(retry()), rate in setting(rate()),
               cache in setting(cache()), timeout in setting(timeout()),
               bulkhead in setting(bulkhead()), hedge in setting(hedge())) -> PolicyConfig {
        PolicyConfig { preset, breaker, retry, rate, cache, timeout, bulkhead, hedge }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// What is explained is what `PolicyConfig` merges, and each value is what the layer says that it is said to be of.
    #[test]
    fn what_is_explained_is_what_is_merged(
        common in layer().boxed(), own in layer().boxed(), every in layer().boxed(), one in layer().boxed(), told in layer().boxed(),
    ) {
        let layers = Layers::new(Origin::Trait, common)
            .method(own)
            .builder(every, one)
            .registry(told);
        let merged = common.overlaid(&own).adjusted(&every).adjusted(&one).adjusted(&told);
        prop_assert_eq!(layers.config(), merged);

        let (method, settings) = (layers.explain("m"), merged.settings());
        let explained = super::rows::of(&layers).1;
        prop_assert_eq!(explained, settings);

        let alone = |config| Layers::new(Origin::Trait, config).explain("m");
        let whole = alone(merged);
        for ExplainedParameter { policy, parameter, value, origin } in &method.parameters {
            if parameter.is_empty() {
                let off = whole.parameters.iter().all(|row| row.policy != *policy);
                prop_assert!(off && value == "off", "{policy} is not off");
                continue;
            }
            if *parameter != "budget" {
                let there = whole.parameter(policy, parameter);
                prop_assert_eq!(Some(value), there.map(|row| &row.value), "{}", parameter);
                let given = there.is_some_and(|row| row.origin != Origin::Default);
                prop_assert_eq!(*origin != Origin::Default, given, "{}({})", policy, parameter);
            }
            let told_by: Vec<PolicyConfig> = match origin {
                Origin::Default => continue,
                Origin::Preset(preset) => vec![preset.config()],
                Origin::Trait => vec![PolicyConfig { preset: None, ..common }],
                Origin::Method => vec![PolicyConfig { preset: None, ..own }],
                Origin::Builder => vec![
                    PolicyConfig { preset: None, ..every },
                    PolicyConfig { preset: None, ..one },
                ],
                Origin::Registry => vec![PolicyConfig { preset: None, ..told }],
                Origin::Attribute => unreachable!("no layer of this test"),
            };
            // A budget is shared by two policies, and told of at one of them.
            let budgets = |layer: &PolicyConfig| {
                let retry = layer.retry.as_on().and_then(|retry| retry.budget);
                let hedge = layer.hedge.as_on().and_then(|hedge| hedge.budget);
                retry.into_iter().chain(hedge).map(|budget| budget.to_string()).collect()
            };
            let says = |layer: &PolicyConfig| -> Vec<String> {
                match *parameter {
                    "budget" => budgets(layer),
                    _ => {
                        let row = alone(*layer).parameter(policy, parameter).cloned();
                        row.map(|row| row.value).into_iter().collect()
                    }
                }
            };
            let said = told_by.iter().flat_map(says).any(|said| said == *value);
            prop_assert!(said, "{policy}({parameter} = {value}) is not of {origin}");
        }
    }
}
