//! Patterns, paths, keys and percentiles may come from a macro's fragments, which arrive in invisible groups.
#![deny(warnings)]

use std::time::Duration;

use resilient_runtime::{Classify, Rejection, Retrying, Tier, resilient};

pub enum Fault {
    Busy(u32),
    Down,
}

impl From<Rejection> for Fault {
    fn from(_: Rejection) -> Self {
        Self::Down
    }
}

impl Classify for Fault {}

macro_rules! api {
    ($name:ident, $argument:ident;
     $on:pat, $except:pat, $guard:expr, $when:path, $value:path, $hook:path, $backoff:path, $tier:path,
     $key:expr, $after:ident, $delay:literal, $rate:expr, $count:literal, $off:ident) => {
        #[resilient(
            breaker(
                threshold = $rate,
                window = $delay,
                min_calls = $count,
                on = $on,
                when = $when,
                failure_if = $value,
                key = $key,
                per = call,
            ),
            retry(
                max = $count,
                on = $on if $guard,
                except = $except,
                when = $when,
                retry_if = $value,
                hook = $hook,
                backoff = $backoff,
                budget = $off,
            ),
            timeout(tier = $tier, adaptive(percentile = $after)),
            bulkhead(adaptive = vegas, max = $count, min = 1),
            hedge(after = $after, budget = $off),
        )]
        trait $name {
            async fn get(&self, $argument: &str, number: u32) -> Result<u32, Fault>;

            #[resilient(hedge = $off, retry = $off, breaker = $off)]
            async fn once(&self, $argument: &str) -> Result<u32, Fault>;
        }
    };
}

macro_rules! swap {
    ($after:ident) => {
        #[resilient(hedge = $after)]
        trait Percentile {
            async fn get(&self) -> Result<u32, Fault>;
        }
    };
}

swap!(p95);

api!(
    Api, host;
    Fault::Busy(_) | Fault::Down, Fault::Busy(1..=9), true, is_busy, is_odd, note, delays, tiers::SEARCH,
    host.trim(), p99, "30s", 0.5, 3, off
);

mod tiers {
    use super::{Duration, Tier};

    pub(super) const SEARCH: Tier = Tier::new("search", Duration::from_secs(2));
}

fn is_busy(fault: &Fault) -> bool {
    matches!(fault, Fault::Busy(_))
}

fn is_odd(value: &u32) -> bool {
    value % 2 == 1
}

fn note(retrying: &Retrying<'_, Fault>) {
    let _ = retrying.delay;
}

fn delays(attempt: u32) -> Duration {
    Duration::from_millis(1) * attempt
}

struct Client;

impl Api for Client {
    async fn get(&self, host: &str, number: u32) -> Result<u32, Fault> {
        Err(Fault::Busy(number + u32::try_from(host.len()).unwrap_or_default()))
    }

    async fn once(&self, _host: &str) -> Result<u32, Fault> {
        Ok(1)
    }
}

impl Percentile for Client {
    async fn get(&self) -> Result<u32, Fault> {
        Ok(1)
    }
}

fn main() {
    let _ = ResilientApi::new(Client);
    let _ = ResilientPercentile::new(Client);
}
