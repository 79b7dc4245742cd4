//! What a method says of each policy over its trait, and policies that say next to nothing.
#![deny(warnings)]

use std::time::Duration;

use resilient_runtime::{Registry, Tier, resilient};
use ui_tests::shapes::{Market, ScoutError};

mod tiers {
    use super::{Duration, Tier};

    pub mod slow {
        use super::{Duration, Tier};

        pub const REPORTS: Tier = Tier::new("reports", Duration::from_secs(20)).growth(1.5);
    }
}

struct Times;

impl Times {
    const QUICK: Tier = Tier::new("quick", Duration::from_millis(5));
}

fn delays(attempt: u32) -> Duration {
    Duration::from_millis(10) * attempt
}

#[resilient(
    breaker(threshold = 3, scope = method),
    retry(max = 3, backoff = delays, when = ScoutError::is_transient, budget = off),
    rate = 100,
    cache = "5m",
    timeout(tier = tiers::slow::REPORTS),
    bulkhead(adaptive),
    hedge(after = "1s"),
)]
trait Api {
    async fn as_said(&self) -> Result<Market, ScoutError>;

    #[resilient(
        retry(max = 4, backoff = linear, jitter = none),
        cache(memory = "1m", capacity = 10),
        timeout(tier = database, call = "1m"),
        bulkhead(max = 50, min = 2, initial = 10, wait = "1s", queue = 5),
        hedge(after = p99.9, max = 2)
    )]
    async fn otherwise(&self) -> Result<Market, ScoutError>;

    #[resilient(retry = 1, timeout = "2s", hedge = "500ms", bulkhead = 5)]
    async fn once(&self) -> Result<Market, ScoutError>;

    #[resilient(timeout(tier = Times::QUICK), hedge = "2ms")]
    async fn quick(&self) -> Result<Market, ScoutError>;

    #[resilient(
        breaker = off, retry = off, rate = off, cache = off, timeout = off, bulkhead = off, hedge = off,
        fallback = off
    )]
    async fn bare(&self) -> Result<Market, ScoutError>;
}

#[resilient(timeout(adaptive), retry(budget = off, backoff = fixed), bulkhead = 1)]
trait Adaptive {
    async fn alone(&self) -> Result<Market, ScoutError>;

    #[resilient(timeout(attempt = "1s", adaptive(percentile = p99, factor = 3, min = "10ms", max = "5s")))]
    async fn with_words(&self) -> Result<Market, ScoutError>;

    #[resilient(timeout(tier = database), retry(within = "30s", idempotent = false, backoff = adaptive))]
    async fn with_a_tier(&self) -> Result<Market, ScoutError>;
}

struct Client;

impl Api for Client {
    async fn as_said(&self) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }

    async fn otherwise(&self) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }

    async fn once(&self) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }

    async fn quick(&self) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }

    async fn bare(&self) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }
}

impl Adaptive for Client {
    async fn alone(&self) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }

    async fn with_words(&self) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }

    async fn with_a_tier(&self) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }
}

fn main() {
    let _ = ResilientApi::try_with_registry(Client, &Registry::new()).unwrap();
    let _ = ResilientAdaptive::try_with_registry(Client, &Registry::new()).unwrap();
}
