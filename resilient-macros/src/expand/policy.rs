//! Policies as the literals that make them at run time: exactly what the attribute says, and no default.

use std::time::Duration;

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use resilient_policy::{
    AdaptiveConfig, AttemptTime, Backoff, BreakerConfig, Budget, BulkheadConfig, CacheConfig,
    HedgeAfter, HedgeConfig, Jitter, LimitAlgorithm, Per, Preset, RateAdaptation, RateAlgorithm,
    RateConfig, RetryConfig, Scope, Setting, Threshold, TimeoutConfig, Window,
};
use syn::Path;

use crate::args::{Layer, Rules};

pub(super) fn empty(krate: &Path) -> TokenStream {
    quote!(#krate::PolicyConfig::new())
}

/// ```text
/// Input:   preset = database, retry(max = 3), cache = off
/// Output:  PolicyConfig::new().preset(Preset::Database).retry(RetryConfig::new().max(3)).cache_off()
/// ```
pub(super) fn config(krate: &Path, layer: &Layer) -> TokenStream {
    let Layer { written: config, rules, .. } = layer;
    let preset = config.preset.map(|preset| {
        let variant = match preset {
            Preset::ExternalApi => quote!(ExternalApi),
            Preset::Database => quote!(Database),
            _ => quote!(Cache),
        };
        quote!(.preset(#krate::Preset::#variant))
    });
    let policies = [
        setting(quote!(breaker), quote!(breaker_off), &config.breaker, |c| breaker(krate, c)),
        setting(quote!(retry), quote!(retry_off), &config.retry, |c| retry(krate, c, rules)),
        setting(quote!(rate), quote!(rate_off), &config.rate, |c| rate(krate, c)),
        setting(quote!(cache), quote!(cache_off), &config.cache, |c| cache(krate, c)),
        setting(quote!(timeout), quote!(timeout_off), &config.timeout, |c| {
            timeout(krate, c, rules)
        }),
        setting(quote!(bulkhead), quote!(bulkhead_off), &config.bulkhead, |c| bulkhead(krate, c)),
        setting(quote!(hedge), quote!(hedge_off), &config.hedge, |c| hedge(krate, c)),
    ];
    quote!(#krate::PolicyConfig::new() #preset #(#policies)*)
}

fn setting<T: Clone>(
    on: TokenStream,
    off: TokenStream,
    setting: &Setting<T>,
    literal: impl FnOnce(&T) -> TokenStream,
) -> TokenStream {
    match setting {
        Setting::Unset => TokenStream::new(),
        Setting::Off => quote!(.#off()),
        Setting::On(config) => {
            let literal = literal(config);
            quote!(.#on(#literal))
        }
    }
}

/// `.setter(value)` for each parameter that was given.
macro_rules! setters {
    ($config:ident, $( $field:ident: $literal:expr ),+ $(,)?) => {{
        let setters = [ $( $config.$field.map($literal).map(|value| quote!(.$field(#value))), )+ ];
        quote!(#(#setters)*)
    }};
}

fn breaker(krate: &Path, config: &BreakerConfig) -> TokenStream {
    let threshold = config.threshold.map(|threshold| match threshold {
        Threshold::Rate(rate) => {
            let rate = float(rate);
            quote!(.failure_rate(#rate))
        }
        Threshold::Failures(failures) => {
            let failures = whole(failures);
            quote!(.threshold(#failures))
        }
        _ => TokenStream::new(),
    });
    let window = config.window.map(|window| match window {
        Window::Time(time) => {
            let time = duration(time);
            quote!(.window_time(#time))
        }
        Window::Calls(calls) => {
            let calls = whole(calls);
            quote!(.window(#calls))
        }
        _ => TokenStream::new(),
    });
    let rest = setters!(
        config,
        min_calls: whole,
        recovery: duration,
        recovery_factor: float,
        max_recovery: duration,
        recovery_jitter: float,
        half_open: whole,
        half_open_timeout: duration,
        max_half_open: duration,
        slow: duration,
        slow_rate: float,
        per: |per| match per {
            Per::Call => quote!(#krate::Per::Call),
            _ => quote!(#krate::Per::Attempt),
        },
        scope: |scope| match scope {
            Scope::Method => quote!(#krate::Scope::Method),
            _ => quote!(#krate::Scope::Service),
        },
        keyed: |keyed| quote!(#keyed),
    );
    quote!(#krate::BreakerConfig::new() #threshold #window #rest)
}

fn retry(krate: &Path, config: &RetryConfig, rules: &Rules) -> TokenStream {
    let backoff = config.backoff.map(|backoff| {
        let word = match backoff {
            Backoff::Exponential(factor) => {
                let factor = float(factor);
                return quote!(.backoff(#factor));
            }
            Backoff::Custom(_) => {
                let path = &rules.backoff;
                return quote!(.backoff_with(#path));
            }
            Backoff::Linear => quote!(Linear),
            Backoff::Fibonacci => quote!(Fibonacci),
            Backoff::Adaptive => quote!(Adaptive),
            _ => quote!(Fixed),
        };
        quote!(.strategy(#krate::Backoff::#word))
    });
    let first = setters!(config, max: whole, base: duration);
    let rest = setters!(
        config,
        max_delay: duration,
        jitter: |jitter| match jitter {
            Jitter::Full => quote!(#krate::Jitter::Full),
            Jitter::Decorrelated => quote!(#krate::Jitter::Decorrelated),
            Jitter::None => quote!(#krate::Jitter::None),
            _ => quote!(#krate::Jitter::Equal),
        },
        within: duration,
        idempotent: |idempotent| quote!(#idempotent),
    );
    let budget = config.budget.map(budget);
    quote!(#krate::RetryConfig::new() #first #backoff #rest #budget)
}

fn budget(budget: Budget) -> TokenStream {
    match budget {
        Budget::Ratio(ratio) => {
            let ratio = float(ratio);
            quote!(.budget(#ratio))
        }
        _ => quote!(.budget_off()),
    }
}

fn rate(krate: &Path, config: &RateConfig) -> TokenStream {
    let setters = setters!(
        config,
        limit: float,
        per: duration,
        burst: whole,
        wait: duration,
        algorithm: |algorithm| match algorithm {
            RateAlgorithm::SlidingWindow => quote!(#krate::RateAlgorithm::SlidingWindow),
            RateAlgorithm::Both => quote!(#krate::RateAlgorithm::Both),
            _ => quote!(#krate::RateAlgorithm::TokenBucket),
        },
        queue: whole,
        adaptive: |adaptation| match adaptation {
            RateAdaptation::Aimd => quote!(#krate::RateAdaptation::Aimd),
            RateAdaptation::Cubic => quote!(#krate::RateAdaptation::Cubic),
            _ => quote!(#krate::RateAdaptation::Fixed),
        },
        min: float,
        keyed: |keyed| quote!(#keyed),
    );
    quote!(#krate::RateConfig::new() #setters)
}

fn cache(krate: &Path, config: &CacheConfig) -> TokenStream {
    let setters = setters!(
        config,
        memory: duration,
        disk: duration,
        capacity: Literal::usize_unsuffixed,
        max_weight: Literal::u64_unsuffixed,
        refresh: duration,
        stale: duration,
        negative: duration,
        jitter: float,
        idle: duration,
        schema: whole,
    );
    quote!(#krate::CacheConfig::new() #setters)
}

fn timeout(krate: &Path, config: &TimeoutConfig, rules: &Rules) -> TokenStream {
    let attempt = config.attempt.map(|time| match (time, &rules.tier) {
        (AttemptTime::Tier(_), Some(path)) => quote!(.tier(#path)),
        (AttemptTime::Tier(tier), None) => {
            let constant = quote::format_ident!("{}", tier.name().to_uppercase());
            quote!(.tier(#krate::Tier::#constant))
        }
        (time, _) => {
            let time = duration(time.of(1));
            quote!(.attempt(#time))
        }
    });
    let rest = setters!(config, call: duration, adaptive: |config| adaptive(krate, &config));
    quote!(#krate::TimeoutConfig::new() #attempt #rest)
}

fn adaptive(krate: &Path, config: &AdaptiveConfig) -> TokenStream {
    let setters = setters!(config, percentile: float, factor: float, min: duration, max: duration);
    quote!(#krate::AdaptiveConfig::new() #setters)
}

fn bulkhead(krate: &Path, config: &BulkheadConfig) -> TokenStream {
    let setters = setters!(
        config,
        max: whole,
        wait: duration,
        queue: whole,
        adaptive: |algorithm| match algorithm {
            LimitAlgorithm::Vegas => quote!(#krate::LimitAlgorithm::Vegas),
            LimitAlgorithm::Gradient => quote!(#krate::LimitAlgorithm::Gradient),
            _ => quote!(#krate::LimitAlgorithm::Fixed),
        },
        min: whole,
        initial: whole,
    );
    quote!(#krate::BulkheadConfig::new() #setters)
}

fn hedge(krate: &Path, config: &HedgeConfig) -> TokenStream {
    let after = config.after.map(|after| match after {
        HedgeAfter::Percentile(percentile) => {
            let percentile = float(percentile);
            quote!(.after_percentile(#percentile))
        }
        HedgeAfter::Delay(delay) => {
            let delay = duration(delay);
            quote!(.after(#delay))
        }
        _ => TokenStream::new(),
    });
    let max = setters!(config, max: whole);
    let budget = config.budget.map(budget);
    quote!(#krate::HedgeConfig::new() #after #max #budget)
}

fn float(number: f64) -> Literal {
    Literal::f64_unsuffixed(number)
}

fn whole(number: u32) -> Literal {
    Literal::u32_unsuffixed(number)
}

/// The constructor that a person would pick: whole seconds before milliseconds before nanoseconds.
fn duration(duration: Duration) -> TokenStream {
    let secs = Literal::u64_unsuffixed(duration.as_secs());
    let nanos = duration.subsec_nanos();
    let exactly = |count: u128| u64::try_from(count).ok().map(Literal::u64_unsuffixed);
    if nanos == 0 {
        return quote!(::core::time::Duration::from_secs(#secs));
    }
    if nanos.is_multiple_of(1_000_000)
        && let Some(millis) = exactly(duration.as_millis())
    {
        return quote!(::core::time::Duration::from_millis(#millis));
    }
    let nanos = Literal::u32_unsuffixed(nanos);
    quote!(::core::time::Duration::new(#secs, #nanos))
}
