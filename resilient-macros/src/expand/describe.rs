//! The decorator's documentation: each method's policies in words.

use std::time::Duration;

use resilient_policy::{
    AdaptiveSettings, AttemptTime, Backoff, BreakerSettings, HedgeAfter, LimitAlgorithm,
    RateAlgorithm, RetrySettings, Threshold, TimeoutSettings, Window, duration::format,
};

use super::{Expansion, explain};
use crate::{args::Layer, item::Method};

/// The documentation, line by line.
pub(super) fn decorator(expansion: &Expansion<'_>) -> Vec<String> {
    let name = &expansion.contract.original.ident;
    let mut lines = vec![
        format!(
            " Puts policies around an implementation of [`{name}`], as the service `{}`, and implements it too.",
            expansion.service
        ),
        String::new(),
    ];
    lines.extend(
        expansion
            .contract
            .methods
            .iter()
            .map(|method| format!(" - `{}`: {}", method.name(), policies(expansion, method))),
    );
    lines.extend([
        String::new(),
        " Every parameter, and where it comes from: [`explain`](Self::explain).".to_owned(),
    ]);
    lines
}

fn policies(expansion: &Expansion<'_>, method: &Method) -> String {
    if !expansion.decorates(method) {
        return "passed straight through.".to_owned();
    }
    of(&expansion.args.layer, method)
}

/// The policies of one method in one line.
pub(super) fn of(outer: &Layer, method: &Method) -> String {
    let layer = &outer.overlaid(&method.args.layer);
    let settings = layer.config.settings();
    let mut parts = Vec::new();
    let rungs = layer.rungs().len();
    if rungs > 0 {
        parts.push(if rungs == 1 { "fallback".to_owned() } else { format!("{rungs} fallbacks") });
    }
    if let Some(cache) = settings.cache {
        let tier = |time: Option<Duration>, name: &str| {
            time.map(|time| format!("{} {name}", format(time)))
        };
        let tiers = tier(cache.memory, "in memory").into_iter().chain(tier(cache.disk, "on disk"));
        let refresh = cache.refresh.map(|age| format!("refreshed after {}", format(age)));
        let stale = cache.stale.map(|time| format!("up to {} stale on failure", format(time)));
        let said: Vec<_> = tiers.chain(refresh).chain(stale).collect();
        parts.push(format!("cache ({})", said.join(", ")));
    }
    if let Some(call) = settings.timeout.and_then(|timeout| timeout.call) {
        parts.push(format!("{} for the call", format(call)));
    }
    if let Some(bulkhead) = settings.bulkhead {
        let adapts = if bulkhead.adaptive == LimitAlgorithm::Fixed { "" } else { " at most" };
        parts.push(format!("bulkhead ({} at once{adapts})", bulkhead.max));
    }
    if let Some(retry) = settings.retry {
        parts.push(format!("retry ({})", delays(&retry)));
    }
    if let Some(breaker) = settings.breaker {
        parts.push(format!("breaker ({})", opening(&breaker)));
    }
    if let Some(rate) = settings.rate {
        let windowed = rate.algorithm != RateAlgorithm::TokenBucket;
        let within = if windowed { "in any" } else { "per" };
        let keyed = if rate.keyed { " for each key" } else { "" };
        parts.push(format!(
            "rate ({} {within} {}{keyed}, waiting up to {})",
            rate.limit,
            format(rate.per),
            format(rate.wait)
        ));
    }
    if let Some(timeout) = settings.timeout {
        parts.extend(attempt_time(&timeout, layer));
    }
    if let Some(hedge) = settings.hedge {
        let after = match hedge.after {
            HedgeAfter::Delay(delay) => format(delay),
            percentile => percentile.to_string(),
        };
        parts.push(format!("hedge (up to {} more after {after})", hedge.max));
    }
    if parts.is_empty() {
        parts.push("no policy".to_owned());
    }
    let worst_case = explain::of(outer, method).worst_case();
    format!("{}; {worst_case}.", parts.join(", "))
}

fn delays(retry: &RetrySettings) -> String {
    let base = format(retry.base);
    match retry.backoff {
        Backoff::Exponential(factor) => format!("after {base}, then times {factor}"),
        Backoff::Custom(_) => "after what its function says".to_owned(),
        named => format!("after {base}, then {named}"),
    }
}

fn opening(breaker: &BreakerSettings) -> String {
    let window = match breaker.window {
        Window::Time(time) => format!("the last {}", format(time)),
        Window::Calls(calls) => format!("{calls} calls"),
        _ => String::new(),
    };
    let mut reasons = vec![match breaker.threshold {
        Threshold::Failures(1) => "1 failure".to_owned(),
        Threshold::Failures(failures) => format!("{failures} failures"),
        rate => format!("a failure rate of {rate} over {window}"),
    }];
    if let Some(slow) = breaker.slow {
        let rate = breaker.slow_rate;
        reasons.push(format!("a share of {rate:?} slower than {} over {window}", format(slow)));
    }
    let several = matches!(breaker.threshold, Threshold::Failures(2..)) && reasons.len() == 1;
    let open = if several { "open" } else { "opens" };
    let keyed = if breaker.keyed { ", one for each key" } else { "" };
    format!("{} {open} it for {}{keyed}", reasons.join(" or "), format(breaker.recovery))
}

fn attempt_time(timeout: &TimeoutSettings, layer: &Layer) -> Option<String> {
    if let Some(adaptive) = timeout.adaptive {
        return Some(adaptive_time(adaptive));
    }
    Some(match (timeout.attempt?, &layer.rules.tier) {
        (AttemptTime::Tier(_), Some(path)) => {
            format!("the time of `{}` for an attempt", quote::quote!(#path))
        }
        (time, _) => format!("{} for an attempt", format(time.of(1))),
    })
}

fn adaptive_time(adaptive: AdaptiveSettings) -> String {
    format!(
        "{} to {} for an attempt, {} times p{}",
        format(adaptive.min),
        format(adaptive.max),
        adaptive.factor,
        adaptive.percentile
    )
}
