//! The tables of all policies. A parameter of the contract is one line here, and one in `resilient-policy`.

use proc_macro2::Ident;
use resilient_policy::{
    AdaptiveConfig, BreakerConfig, BulkheadConfig, CacheConfig, HedgeConfig, LimitAlgorithm,
    PolicyConfig, RateAdaptation, RateAlgorithm, RateConfig, RetryConfig, TimeoutConfig,
};

use super::{
    choice::{
        AfterKind, AttemptKind, BackoffKind, BudgetKind, PercentileKind, PriorityKind,
        ThresholdKind, TierKind, WindowKind, Word,
    },
    group::{Group, Parameter, Reader, read},
    rules::Rules,
    value::{
        Count, ErrorPredicate, Flag, Hook, JitterName, Large, Number, Reading, Switch, Time,
        ValuePredicate, Weigher, wrong,
    },
};

/// What one group says: data for the runtime, and what only the expansion can use.
#[derive(Default, Clone)]
pub(super) struct Said<C> {
    pub(super) config: C,
    pub(super) rules: Rules,
}

/// A group as policies, which can be judged.
pub(super) trait Judged: Default + Clone + 'static {
    fn policies(&self) -> PolicyConfig;
}

macro_rules! judged {
    ($($config:ident: $policy:ident,)+) => {
        $(impl Judged for Said<$config> {
            fn policies(&self) -> PolicyConfig {
                PolicyConfig::new().$policy(self.config)
            }
        })+
    };
}

judged! {
    BreakerConfig: breaker,
    RetryConfig: retry,
    RateConfig: rate,
    CacheConfig: cache,
    TimeoutConfig: timeout,
    BulkheadConfig: bulkhead,
    HedgeConfig: hedge,
}

impl Judged for AdaptiveConfig {
    fn policies(&self) -> PolicyConfig {
        PolicyConfig::new().timeout(TimeoutConfig::new().adaptive(*self))
    }
}

/// A line of a table: the parameter's name, and where its value goes.
macro_rules! parameter {
    ($name:literal, |$group:ident, $value:ident: $kind:ty| $store:expr) => {
        Parameter {
            name: $name,
            read: Reader::Value(|$group, expr| {
                let $value = read::<$kind>(expr)?.0;
                $store;
                Ok(())
            }),
        }
    };
}

/// A line whose value is a pattern.
macro_rules! pattern {
    ($name:literal, $rule:ident) => {
        Parameter {
            name: $name,
            read: Reader::Pattern(|group, pattern| group.rules.$rule = Some(pattern.clone())),
        }
    };
}

/// A line whose value is an expression over the arguments.
macro_rules! expression {
    ($name:literal, |$group:ident, $expr:ident| $store:expr) => {
        Parameter {
            name: $name,
            read: Reader::Value(|$group, $expr| {
                $store;
                Ok(())
            }),
        }
    };
}

pub(super) const BREAKER: Group<Said<BreakerConfig>> = Group {
    policy: "breaker",
    title: "breaker",
    parameters: &[
        parameter!("threshold", |breaker, value: ThresholdKind| breaker.config.threshold =
            Some(value)),
        parameter!("window", |breaker, value: WindowKind| breaker.config.window = Some(value)),
        parameter!("min_calls", |breaker, value: Count| breaker.config.min_calls = Some(value)),
        parameter!("recovery", |breaker, value: Time| breaker.config.recovery = Some(value)),
        parameter!("recovery_factor", |breaker, value: Number| breaker.config.recovery_factor =
            Some(value)),
        parameter!("max_recovery", |breaker, value: Time| breaker.config.max_recovery =
            Some(value)),
        parameter!("recovery_jitter", |breaker, value: Number| breaker.config.recovery_jitter =
            Some(value)),
        parameter!("half_open", |breaker, value: Count| breaker.config.half_open = Some(value)),
        parameter!("half_open_timeout", |breaker, value: Time| breaker.config.half_open_timeout =
            Some(value)),
        parameter!("max_half_open", |breaker, value: Time| breaker.config.max_half_open =
            Some(value)),
        parameter!("slow", |breaker, value: Time| breaker.config.slow = Some(value)),
        parameter!("slow_rate", |breaker, value: Number| breaker.config.slow_rate = Some(value)),
        pattern!("on", breaker_on),
        pattern!("ignore", breaker_ignore),
        parameter!("when", |breaker, value: ErrorPredicate| breaker.rules.breaker_when =
            Some(value)),
        parameter!("failure_if", |breaker, value: ValuePredicate| breaker.rules.failure_if =
            Some(value)),
        parameter!("per", |breaker, value: Word<resilient_policy::Per>| breaker.config.per =
            Some(value)),
        parameter!("scope", |breaker, value: Word<resilient_policy::Scope>| breaker.config.scope =
            Some(value)),
        expression!("key", |breaker, expr| {
            breaker.config.keyed = Some(true);
            breaker.rules.breaker_key = Some(expr.clone());
        }),
    ],
    short: None,
    planned: &[],
    example: "breaker(threshold = 5)",
};

pub(super) const RETRY: Group<Said<RetryConfig>> = Group {
    policy: "retry",
    title: "retry",
    parameters: &[
        parameter!("max", |retry, value: Count| retry.config.max = Some(value)),
        parameter!("base", |retry, value: Time| retry.config.base = Some(value)),
        Parameter {
            name: "backoff",
            read: Reader::Value(|retry, expr| {
                let BackoffKind { backoff, path } = read(expr)?;
                retry.config.backoff = Some(backoff);
                retry.rules.backoff = path;
                Ok(())
            }),
        },
        parameter!("max_delay", |retry, value: Time| retry.config.max_delay = Some(value)),
        parameter!("jitter", |retry, value: JitterName| retry.config.jitter = Some(value)),
        parameter!("within", |retry, value: Time| retry.config.within = Some(value)),
        pattern!("on", retry_on),
        pattern!("except", retry_except),
        parameter!("when", |retry, value: ErrorPredicate| retry.rules.retry_when = Some(value)),
        parameter!("retry_if", |retry, value: ValuePredicate| retry.rules.retry_if = Some(value)),
        parameter!("hook", |retry, value: Hook| retry.rules.hook = Some(value)),
        parameter!("idempotent", |retry, value: Switch| retry.config.idempotent = Some(value)),
        parameter!("budget", |retry, value: BudgetKind| retry.config.budget = Some(value)),
    ],
    short: Some("max"),
    planned: &[],
    example: "retry(max = 3)",
};

pub(super) const RATE: Group<Said<RateConfig>> = Group {
    policy: "rate",
    title: "rate",
    parameters: &[
        parameter!("limit", |rate, value: Number| rate.config.limit = Some(value)),
        parameter!("per", |rate, value: Time| rate.config.per = Some(value)),
        parameter!("burst", |rate, value: Count| rate.config.burst = Some(value)),
        parameter!("wait", |rate, value: Time| rate.config.wait = Some(value)),
        parameter!("algorithm", |rate, value: Word<RateAlgorithm>| rate.config.algorithm =
            Some(value)),
        parameter!("queue", |rate, value: Count| rate.config.queue = Some(value)),
        Parameter {
            name: "adaptive",
            read: Reader::Word(|rate, expr| {
                rate.config.adaptive = Some(match expr {
                    Some(expr) => read::<Word<RateAdaptation>>(expr)?.0,
                    None => RateAdaptation::Aimd,
                });
                Ok(())
            }),
        },
        parameter!("min", |rate, value: Number| rate.config.min = Some(value)),
        Parameter {
            name: "priority",
            read: Reader::Value(|rate, expr| {
                rate.rules.rate_priority = Some(read::<PriorityKind>(expr)?.0);
                Ok(())
            }),
        },
        expression!("key", |rate, expr| {
            rate.config.keyed = Some(true);
            rate.rules.rate_key = Some(expr.clone());
        }),
    ],
    short: Some("limit"),
    planned: &[],
    example: "rate(limit = 0.5)",
};

pub(super) const CACHE: Group<Said<CacheConfig>> = Group {
    policy: "cache",
    title: "cache",
    parameters: &[
        parameter!("memory", |cache, value: Time| cache.config.memory = Some(value)),
        parameter!("disk", |cache, value: Time| cache.config.disk = Some(value)),
        parameter!("capacity", |cache, value: Count| cache.config.capacity = Some(value as usize)),
        parameter!("schema", |cache, value: Count| cache.config.schema = Some(value)),
        expression!("key", |cache, expr| cache.rules.cache_key = Some(expr.clone())),
        parameter!("max_weight", |cache, value: Large| cache.config.max_weight = Some(value)),
        parameter!("weight", |cache, value: Weigher| cache.rules.weight = Some(value)),
        parameter!("refresh", |cache, value: Time| cache.config.refresh = Some(value)),
        Parameter {
            name: "background",
            read: Reader::Word(|cache, expr| {
                cache.rules.background =
                    Some(expr.map_or(Ok(true), |expr| read::<Flag>(expr).map(|it| it.0))?);
                Ok(())
            }),
        },
        Parameter {
            name: "shared",
            read: Reader::Word(|cache, expr| {
                cache.rules.shared =
                    Some(expr.map_or(Ok(true), |expr| read::<Flag>(expr).map(|it| it.0))?);
                Ok(())
            }),
        },
        parameter!("stale", |cache, value: Time| cache.config.stale = Some(value)),
        parameter!("negative", |cache, value: Time| cache.config.negative = Some(value)),
        parameter!("jitter", |cache, value: Number| cache.config.jitter = Some(value)),
        parameter!("idle", |cache, value: Time| cache.config.idle = Some(value)),
        parameter!("cache_if", |cache, value: ValuePredicate| cache.rules.cache_if = Some(value)),
    ],
    short: Some("memory"),
    planned: &[],
    example: "cache(memory = \"5m\")",
};

pub(super) const TIMEOUT: Group<Said<TimeoutConfig>> = Group {
    policy: "timeout",
    title: "timeout",
    parameters: &[
        Parameter {
            name: "attempt",
            read: Reader::Value(|timeout, expr| {
                let time = read::<AttemptKind>(expr)?.0;
                one_attempt_time(timeout)?;
                timeout.config.attempt = Some(time);
                Ok(())
            }),
        },
        Parameter {
            name: "tier",
            read: Reader::Value(|timeout, expr| {
                let TierKind { tier, path } = read(expr)?;
                one_attempt_time(timeout)?;
                timeout.config.attempt = Some(resilient_policy::AttemptTime::Tier(tier));
                timeout.rules.tier = path;
                Ok(())
            }),
        },
        parameter!("call", |timeout, value: Time| timeout.config.call = Some(value)),
        Parameter {
            name: "adaptive",
            read: Reader::Group(|timeout, entry, places, errors| {
                timeout.config.adaptive = Some(ADAPTIVE.parse(entry, places, errors));
            }),
        },
    ],
    short: Some("attempt"),
    planned: &[],
    example: "timeout(attempt = \"2s\")",
};

const ADAPTIVE: Group<AdaptiveConfig> = Group {
    policy: "timeout",
    title: "adaptive",
    parameters: &[
        parameter!("percentile", |adaptive, value: PercentileKind| adaptive.percentile =
            Some(value)),
        parameter!("factor", |adaptive, value: Number| adaptive.factor = Some(value)),
        parameter!("min", |adaptive, value: Time| adaptive.min = Some(value)),
        parameter!("max", |adaptive, value: Time| adaptive.max = Some(value)),
    ],
    short: None,
    planned: &[],
    example: "adaptive(percentile = 99, min = \"100ms\", max = \"5s\")",
};

pub(super) const BULKHEAD: Group<Said<BulkheadConfig>> = Group {
    policy: "bulkhead",
    title: "bulkhead",
    parameters: &[
        parameter!("max", |bulkhead, value: Count| bulkhead.config.max = Some(value)),
        parameter!("wait", |bulkhead, value: Time| bulkhead.config.wait = Some(value)),
        parameter!("queue", |bulkhead, value: Count| bulkhead.config.queue = Some(value)),
        Parameter {
            name: "adaptive",
            read: Reader::Word(|bulkhead, expr| {
                bulkhead.config.adaptive = Some(match expr {
                    Some(expr) => read::<Word<LimitAlgorithm>>(expr)?.0,
                    None => LimitAlgorithm::Gradient,
                });
                Ok(())
            }),
        },
        parameter!("min", |bulkhead, value: Count| bulkhead.config.min = Some(value)),
        parameter!("initial", |bulkhead, value: Count| bulkhead.config.initial = Some(value)),
    ],
    short: Some("max"),
    planned: &[],
    example: "bulkhead(max = 10)",
};

pub(super) const HEDGE: Group<Said<HedgeConfig>> = Group {
    policy: "hedge",
    title: "hedge",
    parameters: &[
        parameter!("after", |hedge, value: AfterKind| hedge.config.after = Some(value)),
        parameter!("max", |hedge, value: Count| hedge.config.max = Some(value)),
        parameter!("budget", |hedge, value: BudgetKind| hedge.config.budget = Some(value)),
    ],
    short: Some("after"),
    planned: &[],
    example: "hedge(after = \"50ms\")",
};

fn one_attempt_time(timeout: &Said<TimeoutConfig>) -> Reading<()> {
    if timeout.config.attempt.is_none() {
        return Ok(());
    }
    wrong("`attempt` and `tier` both say how long an attempt may take; leave one of them out")
}

/// The policies that have a parameter of this name.
pub(super) fn homes_of(key: &Ident) -> Vec<&'static str> {
    fn has<G: Judged>(group: &'static Group<G>, key: &Ident) -> Option<&'static str> {
        group.parameters.iter().any(|parameter| key == parameter.name).then_some(group.title)
    }
    let homes = [
        has(&BREAKER, key),
        has(&RETRY, key),
        has(&RATE, key),
        has(&CACHE, key),
        has(&TIMEOUT, key),
        has(&BULKHEAD, key),
        has(&HEDGE, key),
        has(&ADAPTIVE, key),
    ];
    homes.into_iter().flatten().collect()
}

/// Every parameter, with the word before its parentheses.
#[cfg(test)]
pub(crate) fn parameters() -> Vec<(&'static str, &'static str)> {
    fn of<G: Judged>(
        group: &'static Group<G>,
    ) -> impl Iterator<Item = (&'static str, &'static str)> {
        group.parameters.iter().map(|parameter| (group.title, parameter.name))
    }
    of(&BREAKER)
        .chain(of(&RETRY))
        .chain(of(&RATE))
        .chain(of(&CACHE))
        .chain(of(&TIMEOUT))
        .chain(of(&BULKHEAD))
        .chain(of(&HEDGE))
        .chain(of(&ADAPTIVE))
        .collect()
}
