use std::time::Duration;

use crate::{
    Backoff, BreakerConfig, BreakerSettings, Budget, BulkheadConfig, BulkheadSettings, CacheConfig,
    CacheSettings, HedgeAfter, HedgeConfig, HedgeSettings, Preset, Problem, RateConfig,
    RateSettings, RetryConfig, RetrySettings, Setting, TimeoutConfig, TimeoutSettings, Window,
    duration::format,
};

/// One layer of configuration: what it says of each policy, and nothing where it leaves that to the layer below.
///
/// The attribute on a trait is one layer, the attribute on a method lies over it, what the decorator's builder is told
/// lies over both, and what `Registry::builder().configure(...)` gives at start over all of them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PolicyConfig {
    /// A bundle of policies below everything else that this layer says; see [`resolved`](Self::resolved).
    pub preset: Option<Preset>,
    /// The circuit breaker.
    pub breaker: Setting<BreakerConfig>,
    /// Retry.
    pub retry: Setting<RetryConfig>,
    /// The rate limiter.
    pub rate: Setting<RateConfig>,
    /// The cache.
    pub cache: Setting<CacheConfig>,
    /// Timeouts.
    pub timeout: Setting<TimeoutConfig>,
    /// The bulkhead.
    pub bulkhead: Setting<BulkheadConfig>,
    /// Hedging.
    pub hedge: Setting<HedgeConfig>,
}

/// Every policy of one method with all defaults filled in; `None` where it has none.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct PolicySettings {
    /// The circuit breaker.
    pub breaker: Option<BreakerSettings>,
    /// Retry.
    pub retry: Option<RetrySettings>,
    /// The rate limiter.
    pub rate: Option<RateSettings>,
    /// The cache.
    pub cache: Option<CacheSettings>,
    /// Timeouts.
    pub timeout: Option<TimeoutSettings>,
    /// The bulkhead.
    pub bulkhead: Option<BulkheadSettings>,
    /// Hedging.
    pub hedge: Option<HedgeSettings>,
}

macro_rules! policies {
    ($( $policy:ident: $config:ty, $off:ident, $noun:literal; )+) => {
        impl PolicyConfig {
            /// A layer that says nothing.
            #[must_use]
            pub const fn new() -> Self {
                Self { preset: None, $( $policy: Setting::Unset, )+ }
            }

            /// Lays a bundle of policies below everything else that this layer says, in whatever order it is said.
            #[must_use]
            pub const fn preset(mut self, preset: Preset) -> Self {
                self.preset = Some(preset);
                self
            }

            $(
                #[doc = concat!("Gives parameters of the ", $noun, ".")]
                #[must_use]
                pub const fn $policy(mut self, $policy: $config) -> Self {
                    self.$policy = Setting::On($policy);
                    self
                }

                #[doc = concat!("Takes the ", $noun, " away.")]
                #[must_use]
                pub const fn $off(mut self) -> Self {
                    self.$policy = Setting::Off;
                    self
                }
            )+

            /// The same layer with its preset, if it has one, written out.
            #[must_use]
            pub fn resolved(&self) -> Self {
                let Some(preset) = self.preset else { return *self };
                let below = preset.config();
                Self {
                    preset: None,
                    $( $policy: below.$policy.overlaid(&self.$policy, <$config>::overlaid), )+
                }
            }

            /// This layer with `over` laid over it, parameter by parameter.
            #[must_use]
            pub fn overlaid(&self, over: &Self) -> Self {
                let (below, over) = (self.resolved(), over.resolved());
                Self {
                    preset: None,
                    $( $policy: below.$policy.overlaid(&over.$policy, <$config>::overlaid), )+
                }
            }

            /// This layer with the parameters of `over` for the policies that are on here. A policy that is not on
            /// stays so: code is generated for the policies that the attribute names, and no other can be added later.
            #[must_use]
            pub fn adjusted(&self, over: &Self) -> Self {
                let (declared, over) = (self.resolved(), over.resolved());
                Self {
                    preset: None,
                    $( $policy: match declared.$policy {
                        Setting::On(_) => {
                            declared.$policy.overlaid(&over.$policy, <$config>::overlaid)
                        }
                        Setting::Off | Setting::Unset => declared.$policy,
                    }, )+
                }
            }

            /// The policies with every default filled in.
            pub fn settings(&self) -> PolicySettings {
                let config = self.resolved();
                PolicySettings { $( $policy: config.$policy.as_on().map(<$config>::settings), )+ }
            }

            /// Every parameter of this layer that is out of its range, and every pair within one policy that is at odds.
            pub fn problems(&self) -> Vec<Problem> {
                let (mut problems, whole) = (Vec::new(), self.resolved());
                $( if let Setting::On(config) = &whole.$policy { problems.extend(config.problems()); } )+
                problems
            }
        }
    };
}

policies! {
    breaker: BreakerConfig, breaker_off, "circuit breaker";
    retry: RetryConfig, retry_off, "retry";
    rate: RateConfig, rate_off, "rate limiter";
    cache: CacheConfig, cache_off, "cache";
    timeout: TimeoutConfig, timeout_off, "timeouts";
    bulkhead: BulkheadConfig, bulkhead_off, "bulkhead";
    hedge: HedgeConfig, hedge_off, "hedging";
}

impl PolicyConfig {
    /// Whether this layer says what retries and hedges may cost.
    pub fn budget_given(&self) -> bool {
        let whole = self.resolved();
        whole.retry.as_on().is_some_and(|retry| retry.budget.is_some())
            || whole.hedge.as_on().is_some_and(|hedge| hedge.budget.is_some())
    }

    /// What retries and hedges share; `None` where there are neither.
    pub fn budget(&self) -> Option<Budget> {
        let whole = self.resolved();
        let (retry, hedge) = (whole.retry.as_on(), whole.hedge.as_on());
        let given = retry.and_then(|retry| retry.budget).or(hedge.and_then(|hedge| hedge.budget));
        (retry.is_some() || hedge.is_some()).then(|| given.unwrap_or_default())
    }

    /// Every reason why this cannot be the last layer: what [`problems`](Self::problems) finds, what is missing,
    /// and policies that cannot work together.
    pub fn final_problems(&self) -> Vec<Problem> {
        if self.preset.is_some() {
            return self.resolved().final_problems();
        }
        let mut problems = self.problems();
        problems.extend(self.rate.as_on().and_then(RateConfig::missing));
        problems.extend(self.cache.as_on().and_then(CacheConfig::missing));
        problems.extend(self.timeout.as_on().and_then(TimeoutConfig::missing));
        problems.extend(self.hedge.as_on().and_then(HedgeConfig::missing));
        // Nothing follows from a policy that is wrong already; what is wrong with the others does not wait.
        let faulty: Vec<_> = problems.iter().map(|problem| problem.parameter.policy).collect();
        let sound = |policies: &[&str]| !policies.iter().any(|policy| faulty.contains(policy));
        if sound(&["breaker"]) {
            problems
                .extend(self.breaker.as_on().into_iter().flat_map(BreakerConfig::final_problems));
        }
        if sound(&["cache"]) {
            problems.extend(self.cache.as_on().into_iter().flat_map(CacheConfig::final_problems));
        }
        if sound(&["bulkhead"]) {
            problems
                .extend(self.bulkhead.as_on().into_iter().flat_map(BulkheadConfig::final_problems));
        }
        if sound(&["rate"]) {
            problems.extend(self.rate.as_on().into_iter().flat_map(RateConfig::final_problems));
        }
        if sound(&["retry", "timeout"]) {
            problems.extend(self.retry_without_time());
        }
        if sound(&["breaker", "timeout"]) {
            problems.extend(self.probe_without_time());
        }
        if sound(&["breaker", "rate"]) {
            problems.extend(self.rate_out_of_reach());
        }
        if sound(&["hedge", "retry", "timeout"]) {
            problems.extend(self.hedge_problems());
        }
        problems
    }

    fn retry_without_time(&self) -> Vec<Problem> {
        let settings = self.settings();
        let Some(retry) = settings.retry.filter(|retry| retry.max > 1) else { return Vec::new() };
        if matches!(retry.backoff, Backoff::Custom(_)) {
            return Vec::new();
        }
        let limits = [
            ("timeout", "call", settings.timeout.and_then(|timeout| timeout.call)),
            ("retry", "within", retry.within),
        ];
        let short = limits.into_iter().filter_map(|(policy, field, limit)| {
            let limit = limit.filter(|limit| *limit < retry.base)?;
            let advice = format!(
                "is over before the first retry's delay of `base = \"{}\"`; write a longer `{field}` time, a shorter `base`, or `retry = off`",
                format(retry.base)
            );
            Some(Problem::new(policy, field, quoted(limit), advice).against("retry", "base"))
        });
        short.collect()
    }

    /// A probe that may take longer than its lease.
    fn probe_without_time(&self) -> Option<Problem> {
        let lease = self.breaker.as_on()?.half_open_timeout?;
        let attempt = self.settings().timeout?.longest_attempt(1)?;
        (lease < attempt).then(|| {
            let advice = format!(
                "is shorter than the \"{}\" that an attempt may take, so the answer of a slow probe would never count; write at least that",
                format(attempt)
            );
            Problem::new("breaker", "half_open_timeout", quoted(lease), advice)
                .against("timeout", "attempt")
        })
    }

    /// A rate that is judged over more calls than the limiter lets through.
    fn rate_out_of_reach(&self) -> Option<Problem> {
        let (breaker, rate) = (self.breaker.as_on()?, self.settings().rate?);
        let Some(Window::Time(window)) = breaker.window else { return None };
        let min_calls = breaker.settings().min_calls;
        let most =
            rate.limit * (window.as_secs_f64() / rate.per.as_secs_f64()) + f64::from(rate.burst);
        (most < f64::from(min_calls)).then(|| {
            let advice = format!(
                "is out of reach: the rate limit lets at most {most:.0} calls through in `window = \"{}\"`; write fewer, or a longer `window`",
                format(window)
            );
            let field = if breaker.min_calls.is_some() { "min_calls" } else { "window" };
            let value = if breaker.min_calls.is_some() { min_calls.to_string() } else { quoted(window) };
            Problem::new("breaker", field, value, advice).against("rate", "limit")
        })
    }

    fn hedge_problems(&self) -> Vec<Problem> {
        let Some(hedge) = self.hedge.as_on() else { return Vec::new() };
        let mut problems = Vec::new();
        let settings = self.settings();
        if let Some(HedgeAfter::Delay(delay)) = hedge.after {
            let attempt = settings.timeout.and_then(|timeout| timeout.longest_attempt(1));
            let call = settings.timeout.and_then(|timeout| timeout.call);
            for (field, limit) in [("attempt", attempt), ("call", call)] {
                if let Some(limit) = limit.filter(|limit| delay >= *limit) {
                    let advice = format!(
                        "comes too late: the request is over after \"{}\"; write a shorter time, or a longer `timeout({field})`",
                        format(limit)
                    );
                    problems.push(
                        Problem::new("hedge", "after", quoted(delay), advice)
                            .against("timeout", field),
                    );
                    break;
                }
            }
        }
        let retry = self.retry.as_on();
        if retry.is_some_and(|retry| retry.idempotent == Some(false)) {
            let advice = "cannot stand beside `retry(idempotent = false)`, for it sends the same request twice; write `hedge = off`, or leave `idempotent` out";
            let after = hedge.after.map(|after| after.to_string()).unwrap_or_default();
            problems
                .push(Problem::new("hedge", "after", after, advice).against("retry", "idempotent"));
        }
        if let (Some(own), Some(other)) = (hedge.budget, retry.and_then(|retry| retry.budget))
            && own != other
        {
            let advice = format!(
                "is not `retry(budget = {other})`, but retries and hedges share one budget; write it in one of them"
            );
            problems.push(Problem::new("hedge", "budget", own, advice).against("retry", "budget"));
        }
        problems
    }
}

fn quoted(duration: Duration) -> String {
    format!("\"{}\"", format(duration))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Jitter, Threshold};

    const fn secs(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    fn fields(problems: &[Problem]) -> Vec<String> {
        problems.iter().map(|problem| problem.parameter.to_string()).collect()
    }

    #[test]
    fn layers_merge_parameter_by_parameter() {
        let below = PolicyConfig::new()
            .retry(RetryConfig::new().max(3).backoff(1.5))
            .breaker(BreakerConfig::new().threshold(2))
            .rate(RateConfig::new().limit(0.5));
        let over = PolicyConfig::new().retry(RetryConfig::new().max(5)).breaker_off();
        let merged = below.overlaid(&over).settings();
        let retry = merged.retry.expect("retry is on");
        assert_eq!((retry.max, retry.backoff), (5, Backoff::Exponential(1.5)));
        assert_eq!(merged.breaker, None);
        assert_eq!(merged.rate.map(|rate| (rate.limit, rate.burst)), Some((0.5, 1)));
    }

    #[test]
    fn adjusting_never_adds_a_policy() {
        let declared = PolicyConfig::new().retry(RetryConfig::new().max(3));
        let over = PolicyConfig::new()
            .retry(RetryConfig::new().base(secs(9)))
            .breaker(BreakerConfig::new());
        let adjusted = declared.adjusted(&over).settings();
        assert_eq!(adjusted.retry.map(|retry| (retry.max, retry.base)), Some((3, secs(9))));
        assert_eq!(adjusted.breaker, None);
        assert_eq!(declared.adjusted(&PolicyConfig::new().retry_off()).settings().retry, None);
    }

    #[test]
    fn a_preset_lies_below_the_layer_that_names_it_and_above_those_below() {
        let below = PolicyConfig::new()
            .retry(RetryConfig::new().max(9).within(secs(50)))
            .cache(CacheConfig::new().memory(secs(300)));
        let over = PolicyConfig::new().breaker_off().preset(Preset::Database);
        let written = Preset::Database.config().overlaid(&PolicyConfig::new().breaker_off());
        assert_eq!(below.overlaid(&over), below.overlaid(&written));
        assert_eq!(below.adjusted(&over), below.adjusted(&written));
        assert_eq!((over.resolved(), over.settings()), (written, written.settings()));
        let merged = below.overlaid(&over).settings();
        assert_eq!(merged.retry.map(|retry| (retry.max, retry.within)), Some((2, Some(secs(50)))));
        assert_eq!(merged.breaker, None);
        let tight = PolicyConfig::new()
            .preset(Preset::Database)
            .timeout(TimeoutConfig::new().call(Duration::from_millis(1)));
        assert_eq!(fields(&tight.final_problems()), ["timeout(call)"]);
        assert_eq!(over.budget(), Some(Budget::default()));
    }

    #[test]
    fn defaults_are_those_of_the_contract() {
        let config = PolicyConfig::new()
            .breaker(BreakerConfig::new())
            .retry(RetryConfig::new())
            .rate(RateConfig::new().limit(20.0))
            .cache(CacheConfig::new().memory(secs(300)));
        let settings = config.settings();
        let breaker = settings.breaker.expect("on");
        assert_eq!(
            (breaker.threshold, breaker.recovery, breaker.half_open),
            (Threshold::Failures(5), secs(60), 1)
        );
        let retry = settings.retry.expect("on");
        assert_eq!((retry.max, retry.base), (3, secs(1)));
        assert_eq!(retry.backoff, Backoff::Exponential(2.0));
        assert_eq!((retry.max_delay, retry.jitter), (secs(60), Jitter::Equal));
        let rate = settings.rate.expect("on");
        assert_eq!((rate.per, rate.burst, rate.wait), (secs(1), 40, secs(5)));
        assert_eq!(settings.cache.map(|cache| cache.capacity), Some(1_000));
        assert!(config.final_problems().is_empty());
    }

    #[test]
    fn a_long_base_raises_the_default_cap_and_a_short_cap_lowers_the_default_base() {
        assert_eq!(RetryConfig::new().base(secs(90)).settings().max_delay, secs(90));
        assert_eq!(RetryConfig::new().max_delay(secs(0)).problems().len(), 1);
        let short = RetryConfig::new().max_delay(Duration::from_millis(200));
        assert!(short.problems().is_empty());
        assert_eq!(short.settings().base, Duration::from_millis(200));
    }

    #[test]
    fn every_range_is_checked_and_all_problems_come_at_once() {
        let config = PolicyConfig::new()
            .breaker(
                BreakerConfig::new()
                    .threshold(0)
                    .recovery(secs(0))
                    .half_open(0)
                    .half_open_timeout(secs(0)),
            )
            .retry(RetryConfig::new().max(0).backoff(f64::NAN).max_delay(secs(0)))
            .rate(RateConfig::new().limit(-1.0).per(secs(0)).burst(0))
            .cache(CacheConfig::new().memory(secs(0)).disk(secs(0)).capacity(0))
            .timeout(TimeoutConfig::new().attempt(secs(0)).call(secs(0)));
        let problems = config.problems();
        assert_eq!(
            fields(&problems),
            [
                "breaker(threshold)",
                "breaker(recovery)",
                "breaker(half_open)",
                "breaker(half_open_timeout)",
                "retry(max)",
                "retry(backoff)",
                "retry(max_delay)",
                "rate(limit)",
                "rate(per)",
                "rate(burst)",
                "cache(memory)",
                "cache(disk)",
                "cache(capacity)",
                "timeout(attempt)",
                "timeout(call)",
            ]
        );
        for problem in &problems {
            assert!(problem.advice.contains("; write "), "{problem}");
        }
    }

    #[test]
    fn numbers_that_are_none_are_refused() {
        for limit in [0.0, -0.5, f64::NAN, f64::INFINITY, 1e300, 1e-300] {
            assert_eq!(
                fields(&RateConfig::new().limit(limit).problems()),
                ["rate(limit)"],
                "{limit}"
            );
        }
        for factor in [0.0, 0.5, -2.0, f64::NAN, f64::INFINITY] {
            assert_eq!(
                fields(&RetryConfig::new().backoff(factor).problems()),
                ["retry(backoff)"],
                "{factor}"
            );
        }
        assert_eq!(fields(&TimeoutConfig::new().call(Duration::MAX).problems()), ["timeout(call)"]);
        assert_eq!(fields(&RetryConfig::new().max(1_001).problems()), ["retry(max)"]);
    }

    #[test]
    fn contradictions_name_both_places() {
        let config = PolicyConfig::new()
            .retry(RetryConfig::new().base(secs(5)).max_delay(secs(2)))
            .cache(CacheConfig::new().memory(secs(60)).disk(secs(30)))
            .timeout(TimeoutConfig::new().attempt(secs(4)).call(secs(3)));
        let problems = config.problems();
        assert_eq!(fields(&problems), ["retry(max_delay)", "cache(disk)", "timeout(call)"]);
        let against: Vec<_> =
            problems.iter().filter_map(|p| p.against).map(|p| p.to_string()).collect();
        assert_eq!(against, ["retry(base)", "cache(memory)", "timeout(attempt)"]);
    }

    #[test]
    fn a_call_must_have_time_for_its_first_retry() {
        let call = TimeoutConfig::new().call(secs(1));
        let config = PolicyConfig::new().retry(RetryConfig::new().base(secs(2))).timeout(call);
        assert_eq!(fields(&config.final_problems()), ["timeout(call)"]);
        assert!(
            config
                .overlaid(&PolicyConfig::new().retry(RetryConfig::new().max(1)))
                .final_problems()
                .is_empty()
        );
    }

    #[test]
    fn a_policy_with_nothing_to_do_is_refused() {
        let config = PolicyConfig::new()
            .rate(RateConfig::new())
            .cache(CacheConfig::new())
            .timeout(TimeoutConfig::new());
        assert!(config.problems().is_empty());
        assert_eq!(
            fields(&config.final_problems()),
            ["rate(limit)", "cache(memory)", "timeout(attempt)"]
        );
    }
}
