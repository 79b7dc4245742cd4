//! The decorator's documentation: each method's policies in words.

use std::time::Duration;

use resilient_policy::{PolicySettings, duration::format};

use super::Expansion;
use crate::item::Method;

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
    lines
}

fn policies(expansion: &Expansion<'_>, method: &Method) -> String {
    if !expansion.decorates(method) {
        return "passed straight through.".to_owned();
    }
    let layer = expansion.layer(method);
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
        let tiers: Vec<_> = tier(cache.memory, "in memory")
            .into_iter()
            .chain(tier(cache.disk, "on disk"))
            .collect();
        parts.push(format!("cache ({})", tiers.join(", ")));
    }
    if let Some(call) = settings.timeout.and_then(|timeout| timeout.call) {
        parts.push(format!("{} for the call", format(call)));
    }
    if let Some(retry) = settings.retry {
        parts.push(format!("retry (after {}, then times {})", format(retry.base), retry.backoff));
    }
    if let Some(breaker) = settings.breaker {
        parts.push(format!(
            "breaker ({} failures open it for {})",
            breaker.threshold,
            format(breaker.recovery)
        ));
    }
    if let Some(rate) = settings.rate {
        parts.push(format!(
            "rate ({} per {}, waiting up to {})",
            rate.limit,
            format(rate.per),
            format(rate.wait)
        ));
    }
    if let Some(attempt) = settings.timeout.and_then(|timeout| timeout.attempt) {
        parts.push(format!("{} for an attempt", format(attempt.of(1))));
    }
    if parts.is_empty() {
        parts.push("no policy".to_owned());
    }
    let attempts = settings.retry.map_or(1, |retry| retry.max);
    let plural = if attempts == 1 { "" } else { "s" };
    let longest = longest(&settings)
        .map_or("without a limit in time".to_owned(), |time| format!("over in {}", format(time)));
    format!("{}; at most {attempts} attempt{plural}, {longest}.", parts.join(", "))
}

/// How long a call can take: its own limit, or everything that it may wait for at its longest. The fallback's time is
/// its own.
fn longest(settings: &PolicySettings) -> Option<Duration> {
    let timeout = settings.timeout?;
    let summed = || {
        let wait = settings.rate.map_or(Duration::ZERO, |rate| rate.wait);
        let (attempts, delay) =
            settings.retry.map_or((1, Duration::ZERO), |retry| (retry.max, retry.max_delay));
        let attempt = timeout.attempt?.of(1).checked_add(wait)?.checked_mul(attempts)?;
        attempt.checked_add(delay.checked_mul(attempts - 1)?)
    };
    timeout.call.or_else(summed)
}
