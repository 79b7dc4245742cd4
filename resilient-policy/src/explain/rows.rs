//! The rows of the table, policy by policy: what was given, and what matters of the rest.

use std::{fmt::Display, time::Duration};

use super::{ExplainedParameter, Origin};
use crate::{
    AdaptiveConfig, AttemptTime, Backoff, BreakerConfig, BulkheadConfig, CacheConfig, HedgeConfig,
    Layers, LimitAlgorithm, Per, PolicySettings, RateAdaptation, RateAlgorithm, RateConfig,
    RetryConfig, Scope, Threshold, TimeoutConfig, duration::format, layers::Said,
};

/// The rows in the order in which the policies stand, and the settings that they tell of.
pub(super) fn of(layers: &Layers) -> (Vec<ExplainedParameter>, PolicySettings) {
    let timeout = || Rows::new("timeout", layers.said(|c| c.timeout), TimeoutConfig::overlaid);
    let cache = Rows::new("cache", layers.said(|c| c.cache), CacheConfig::overlaid);
    let bulkhead = Rows::new("bulkhead", layers.said(|c| c.bulkhead), BulkheadConfig::overlaid);
    let retry = Rows::new("retry", layers.said(|c| c.retry), RetryConfig::overlaid);
    let breaker = Rows::new("breaker", layers.said(|c| c.breaker), BreakerConfig::overlaid);
    let rate = Rows::new("rate", layers.said(|c| c.rate), RateConfig::overlaid);
    let hedge = Rows::new("hedge", layers.said(|c| c.hedge), HedgeConfig::overlaid);
    let settings = PolicySettings {
        breaker: breaker.merged.map(|config| config.settings()),
        retry: retry.merged.map(|config| config.settings()),
        rate: rate.merged.map(|config| config.settings()),
        cache: cache.merged.map(|config| config.settings()),
        timeout: timeout().merged.map(|config| config.settings()),
        bulkhead: bulkhead.merged.map(|config| config.settings()),
        hedge: hedge.merged.map(|config| config.settings()),
    };
    let budget = budget(layers, &retry, &hedge);
    let again = settings.retry.is_some_and(|retry| retry.max > 1);
    let rows = [
        cached(cache),
        in_all(timeout()),
        placed(bulkhead),
        retried(retry, budget.clone()),
        broken(breaker),
        limited(rate),
        timed(timeout()),
        hedged(hedge, budget, again),
    ];
    (rows.into_iter().flatten().collect(), settings)
}

/// The rows of one policy.
struct Rows<C> {
    policy: &'static str,
    said: Said<C>,
    /// What comes of it, where it is on.
    merged: Option<C>,
    told: Vec<ExplainedParameter>,
}

impl<C: Copy> Rows<C> {
    fn new(policy: &'static str, said: Said<C>, merge: fn(&C, &C) -> C) -> Self {
        let parts = said.on.iter().flatten().map(|(_, part)| *part);
        let merged = parts.reduce(|below, over| merge(&below, &over));
        let mut told = Vec::new();
        if let Some(origin) = said.off {
            let value = "off".to_owned();
            told.push(ExplainedParameter { policy, parameter: "", value, origin });
        }
        Self { policy, said, merged, told }
    }

    /// Who gave a parameter last.
    fn origin(&self, gives: impl Fn(&C) -> bool) -> Origin {
        let parts = self.said.on.iter().flatten();
        let last = parts.rev().find(|(_, part)| gives(part));
        last.map_or(Origin::Default, |(origin, _)| *origin)
    }

    /// A row for a parameter that has a value, where somebody gave it or it matters anyway.
    fn row(
        &mut self,
        parameter: &'static str,
        gives: impl Fn(&C) -> bool,
        value: impl Into<Option<String>>,
        matters: bool,
    ) {
        let origin = self.origin(gives);
        let Some(value) = value.into().filter(|_| matters || origin != Origin::Default) else {
            return;
        };
        self.told.push(ExplainedParameter { policy: self.policy, parameter, value, origin });
    }
}

/// A row for each parameter that stands in the settings under its own name.
macro_rules! rows {
    ($rows:ident, $( $field:ident: $value:expr, $matters:expr; )+) => {
        $( $rows.row(stringify!($field), |config| config.$field.is_some(), $value, $matters); )+
    };
}

fn time(time: Duration) -> String {
    format!("\"{}\"", format(time))
}

fn cached(mut rows: Rows<CacheConfig>) -> Vec<ExplainedParameter> {
    let Some(cache) = rows.merged.map(|config| config.settings()) else { return rows.told };
    rows!(rows,
        memory: cache.memory.map(time), true;
        disk: cache.disk.map(time), true;
        capacity: text(cache.capacity), cache.memory.is_some();
        max_weight: cache.max_weight.map(text), true;
        refresh: cache.refresh.map(time), true;
        stale: cache.stale.map(time), true;
        negative: cache.negative.map(time), true;
        jitter: float(cache.jitter), false;
        idle: cache.idle.map(time), true;
        schema: text(cache.schema), false;
    );
    rows.told
}

/// What the whole call may take.
fn in_all(mut rows: Rows<TimeoutConfig>) -> Vec<ExplainedParameter> {
    rows!(rows, call: rows.merged.and_then(|config| config.call).map(time), true;);
    rows.told
}

fn placed(mut rows: Rows<BulkheadConfig>) -> Vec<ExplainedParameter> {
    let Some(bulkhead) = rows.merged.map(|config| config.settings()) else { return rows.told };
    let adapts = bulkhead.adaptive != LimitAlgorithm::Fixed;
    rows!(rows,
        max: text(bulkhead.max), true;
        wait: time(bulkhead.wait), true;
        queue: text(bulkhead.queue), !bulkhead.wait.is_zero();
        adaptive: text(bulkhead.adaptive), false;
        min: adapts.then(|| text(bulkhead.min)), true;
        initial: adapts.then(|| text(bulkhead.initial)), true;
    );
    rows.told
}

fn retried(
    mut rows: Rows<RetryConfig>,
    budget: Option<(String, Origin)>,
) -> Vec<ExplainedParameter> {
    let Some(retry) = rows.merged.map(|config| config.settings()) else { return rows.told };
    // A call that is tried once has no delays.
    let again = retry.max > 1;
    let grows = !matches!(retry.backoff, Backoff::Custom(_));
    rows!(rows,
        max: text(retry.max), true;
        base: time(retry.base), again && grows;
        backoff: text(retry.backoff), again;
        max_delay: time(retry.max_delay), again;
        jitter: text(retry.jitter), again;
        within: retry.within.map(time), true;
        idempotent: text(retry.idempotent), false;
    );
    rows.told.extend(budget.filter(|_| again).map(|budget| budget_row("retry", budget)));
    rows.told
}

fn broken(mut rows: Rows<BreakerConfig>) -> Vec<ExplainedParameter> {
    let Some(breaker) = rows.merged.map(|config| config.settings()) else { return rows.told };
    let rates = matches!(breaker.threshold, Threshold::Rate(_)) || breaker.slow.is_some();
    let grows = breaker.recovery_factor > 1.0 || breaker.recovery_jitter > 0.0;
    let per = if breaker.per == Per::Call { "call" } else { "attempt" };
    let scope = if breaker.scope == Scope::Method { "method" } else { "service" };
    rows!(rows,
        threshold: text(breaker.threshold), true;
        window: text(breaker.window), rates;
        min_calls: text(breaker.min_calls), rates;
        slow: breaker.slow.map(time), true;
        slow_rate: float(breaker.slow_rate), breaker.slow.is_some();
        recovery: time(breaker.recovery), true;
        recovery_factor: float(breaker.recovery_factor), false;
        max_recovery: time(breaker.max_recovery), grows;
        recovery_jitter: float(breaker.recovery_jitter), false;
        half_open: text(breaker.half_open), true;
        half_open_timeout: time(breaker.half_open_timeout), false;
        max_half_open: time(breaker.max_half_open), false;
        per: text(per), false;
        scope: text(scope), false;
    );
    rows.row("key", |config| config.keyed.is_some(), breaker.keyed.then(any_key), true);
    rows.told
}

fn limited(mut rows: Rows<RateConfig>) -> Vec<ExplainedParameter> {
    let Some(rate) = rows.merged.map(|config| config.settings()) else { return rows.told };
    let bucket = rate.algorithm != RateAlgorithm::SlidingWindow;
    rows!(rows,
        limit: text(rate.limit), true;
        per: time(rate.per), true;
        burst: bucket.then(|| text(rate.burst)), true;
        wait: time(rate.wait), true;
        algorithm: text(rate.algorithm), false;
        queue: text(rate.queue), false;
        adaptive: text(rate.adaptive), false;
        min: text(rate.min), rate.adaptive != RateAdaptation::Fixed;
    );
    rows.row("key", |config| config.keyed.is_some(), rate.keyed.then(any_key), true);
    rows.told
}

/// What an attempt may take.
fn timed(mut rows: Rows<TimeoutConfig>) -> Vec<ExplainedParameter> {
    // That it was taken away stands where the call's limit would.
    rows.told.clear();
    let Some(timeout) = rows.merged else { return rows.told };
    match timeout.attempt {
        Some(AttemptTime::Fixed(attempt)) => {
            rows.row("attempt", |config| config.attempt.is_some(), time(attempt), true);
        }
        Some(AttemptTime::Tier(tier)) => {
            rows.row("tier", |config| config.attempt.is_some(), text(tier), true);
        }
        None => {}
    }
    if let Some(config) = timeout.adaptive {
        let adaptive = config.settings();
        let mut row = |parameter, given: bool, value: String| {
            // The group is given as a whole, and only some of its parameters in it.
            let gives = |config: &TimeoutConfig| given && config.adaptive.is_some();
            rows.row(parameter, gives, value, true);
        };
        let AdaptiveConfig { percentile, factor, min, max, .. } = config;
        row("adaptive(percentile)", percentile.is_some(), text(adaptive.percentile));
        row("adaptive(factor)", factor.is_some(), float(adaptive.factor));
        row("adaptive(min)", min.is_some(), time(adaptive.min));
        row("adaptive(max)", max.is_some(), time(adaptive.max));
    }
    rows.told
}

fn hedged(
    mut rows: Rows<HedgeConfig>,
    budget: Option<(String, Origin)>,
    again: bool,
) -> Vec<ExplainedParameter> {
    let Some(hedge) = rows.merged else { return rows.told };
    rows!(rows,
        after: hedge.after.map(text), true;
        max: text(hedge.settings().max), true;
    );
    // Where both are, retries and hedges share one, and it is told of there.
    rows.told.extend(budget.filter(|_| !again).map(|budget| budget_row("hedge", budget)));
    rows.told
}

/// What retries and hedges may cost, and who said so.
fn budget(
    layers: &Layers,
    retry: &Rows<RetryConfig>,
    hedge: &Rows<HedgeConfig>,
) -> Option<(String, Origin)> {
    let (budget, own) = layers.budget()?;
    let merged = || match retry.origin(|config| config.budget.is_some()) {
        Origin::Default => hedge.origin(|config| config.budget.is_some()),
        origin => origin,
    };
    let shared = || match layers.shared_budget() {
        None => merged(),
        Some((origin, layer)) => {
            let presets = layer.preset.filter(|_| {
                let alone = crate::PolicyConfig { preset: None, ..layer };
                !alone.budget_given()
            });
            presets.map_or(origin, Origin::Preset)
        }
    };
    Some((text(budget), if own { merged() } else { shared() }))
}

fn budget_row(policy: &'static str, (value, origin): (String, Origin)) -> ExplainedParameter {
    ExplainedParameter { policy, parameter: "budget", value, origin }
}

fn text(value: impl Display) -> String {
    value.to_string()
}

/// With its point, as the attribute needs it to tell it from a count.
fn float(value: f64) -> String {
    format!("{value:?}")
}

/// Stands where nobody has written the expression.
fn any_key() -> String {
    "each".to_owned()
}
