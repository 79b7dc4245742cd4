//! The tables of all policies. A parameter of the contract is one line here, and one in `resilient-policy`.

use proc_macro2::Ident;
use resilient_policy::{BreakerConfig, CacheConfig, RateConfig, RetryConfig, TimeoutConfig};
use syn::{Expr, ExprLit, ExprPath, Lit};

use super::{
    group::{Group, Parameter, read},
    value::{Count, FunctionPath, JitterName, Number, Time},
};

/// What `retry` says: data for the runtime, and a path for the expansion.
#[derive(Default, Clone)]
pub(crate) struct Retry {
    pub(crate) config: RetryConfig,
    pub(crate) when: Option<ExprPath>,
}

/// What `cache` says: data for the runtime, and an expression for the expansion.
#[derive(Default, Clone)]
pub(crate) struct Cache {
    pub(crate) config: CacheConfig,
    pub(crate) key: Option<Expr>,
}

/// A line of a table: the parameter's name, and where its value goes.
macro_rules! parameter {
    ($name:literal, |$group:ident, $value:ident: $kind:ty| $store:expr) => {
        Parameter {
            name: $name,
            read: |$group, expr| {
                let $value = read::<$kind>(expr)?.0;
                $store;
                Ok(())
            },
        }
    };
}

pub(super) const BREAKER: Group<BreakerConfig> = Group {
    policy: "breaker",
    parameters: &[
        Parameter {
            name: "threshold",
            read: |breaker, expr| {
                breaker.threshold = Some(resilient_policy::Threshold::Failures(threshold(expr)?));
                Ok(())
            },
        },
        parameter!("recovery", |breaker, value: Time| breaker.recovery = Some(value)),
        parameter!("half_open", |breaker, value: Count| breaker.half_open = Some(value)),
        parameter!("half_open_timeout", |breaker, value: Time| breaker.half_open_timeout =
            Some(value)),
    ],
    short: None,
    planned: &[
        "window",
        "min_calls",
        "recovery_factor",
        "max_recovery",
        "slow",
        "slow_rate",
        "on",
        "ignore",
        "when",
        "per",
        "scope",
        "key",
        "failure_if",
    ],
    example: "breaker(threshold = 5)",
};

pub(super) const RETRY: Group<Retry> = Group {
    policy: "retry",
    parameters: &[
        parameter!("max", |retry, value: Count| retry.config.max = Some(value)),
        parameter!("base", |retry, value: Time| retry.config.base = Some(value)),
        Parameter {
            name: "backoff",
            read: |retry, expr| {
                retry.config.backoff = Some(resilient_policy::Backoff::Exponential(backoff(expr)?));
                Ok(())
            },
        },
        parameter!("max_delay", |retry, value: Time| retry.config.max_delay = Some(value)),
        parameter!("jitter", |retry, value: JitterName| retry.config.jitter = Some(value)),
        parameter!("when", |retry, value: FunctionPath| retry.when = Some(value)),
    ],
    short: Some("max"),
    planned: &["within", "on", "except", "idempotent", "budget", "retry_if"],
    example: "retry(max = 3)",
};

pub(super) const RATE: Group<RateConfig> = Group {
    policy: "rate",
    parameters: &[
        parameter!("limit", |rate, value: Number| rate.limit = Some(value)),
        parameter!("per", |rate, value: Time| rate.per = Some(value)),
        parameter!("burst", |rate, value: Count| rate.burst = Some(value)),
        parameter!("wait", |rate, value: Time| rate.wait = Some(value)),
    ],
    short: Some("limit"),
    planned: &["algorithm", "key", "priority", "adaptive"],
    example: "rate(limit = 0.5)",
};

pub(super) const CACHE: Group<Cache> = Group {
    policy: "cache",
    parameters: &[
        parameter!("memory", |cache, value: Time| cache.config.memory = Some(value)),
        parameter!("disk", |cache, value: Time| cache.config.disk = Some(value)),
        parameter!("capacity", |cache, value: Count| cache.config.capacity = Some(value as usize)),
        Parameter {
            name: "key",
            read: |cache, expr| {
                cache.key = Some(expr.clone());
                Ok(())
            },
        },
    ],
    short: Some("memory"),
    planned: &["refresh", "stale", "negative", "cache_if"],
    example: "cache(memory = \"5m\")",
};

pub(super) const TIMEOUT: Group<TimeoutConfig> = Group {
    policy: "timeout",
    parameters: &[
        parameter!("attempt", |timeout, value: Time| timeout.attempt =
            Some(resilient_policy::AttemptTime::Fixed(value))),
        parameter!("call", |timeout, value: Time| timeout.call = Some(value)),
    ],
    short: Some("attempt"),
    planned: &["adaptive", "tier"],
    example: "timeout(attempt = \"2s\")",
};

/// The one policy that has a parameter of this name.
pub(super) fn home_of(key: &Ident) -> Option<&'static str> {
    fn has<G: Default>(group: &'static Group<G>, key: &Ident) -> Option<&'static str> {
        group.parameters.iter().any(|parameter| key == parameter.name).then_some(group.policy)
    }
    let homes = [
        has(&BREAKER, key),
        has(&RETRY, key),
        has(&RATE, key),
        has(&CACHE, key),
        has(&TIMEOUT, key),
    ];
    let mut homes = homes.into_iter().flatten();
    let home = homes.next()?;
    homes.next().is_none().then_some(home)
}

fn threshold(expr: &Expr) -> darling::Result<u32> {
    if let Expr::Lit(ExprLit { lit: Lit::Float(rate), .. }) = expr {
        return Err(darling::Error::custom(format!(
            "`threshold = {rate}` is a failure rate, which this version cannot judge yet; write failures in a row, such as `threshold = 5`"
        )));
    }
    Ok(read::<Count>(expr)?.0)
}

fn backoff(expr: &Expr) -> darling::Result<f64> {
    if let Expr::Path(path) = expr {
        let name = path.path.get_ident().map(ToString::to_string).unwrap_or_default();
        if ["fixed", "linear", "fibonacci", "adaptive"].contains(&name.as_str()) {
            return Err(darling::Error::custom(format!(
                "`backoff = {name}` is not in this version yet; write a factor, such as `backoff = 2.0` (`1.0` is fixed)"
            )));
        }
    }
    Ok(read::<Number>(expr)?.0)
}
