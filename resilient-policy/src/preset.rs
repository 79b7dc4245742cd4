use std::{fmt, time::Duration};

use crate::{
    BreakerConfig, BulkheadConfig, Jitter, PolicyConfig, RetryConfig, Tier, TimeoutConfig,
};

/// Policies that fit a kind of dependency, with numbers that have proved themselves there.
///
/// A preset lies below what is said beside it: `preset = database, retry(max = 4)` is the database's bundle with four
/// attempts, and `retry = off` takes its retry away.
///
/// | | [`ExternalApi`](Self::ExternalApi) | [`Database`](Self::Database) | [`Cache`](Self::Cache) |
/// | --- | --- | --- | --- |
/// | breaker: failures in a row, recovery, probes | 5, 60 s, 10 | 3, 30 s, 5 | 5, 60 s, 10 |
/// | retry: attempts | 3 | 2 | none |
/// | retry: delays | 200 ms × 2.5, up to 30 s, half of it at random | 50 ms × 1.5, up to 5 s, no jitter | |
/// | an attempt: [`Tier`] | 10 s, half as long again for each further one | 5 s, twice as long for each further one | 100 ms |
/// | the call | 15 s | 60 s | |
/// | bulkhead: at once, longest wait for a place | 100, 30 s | 100, 30 s | 100, 30 s |
///
/// ```
/// use resilient_policy::Preset;
///
/// let database = Preset::Database.config().settings();
/// assert_eq!(database.retry.map(|retry| retry.max), Some(2));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Preset {
    /// Other people's services over the network, which are slow at times and away at times: `external_api`.
    ExternalApi,
    /// A database of one's own, where a second attempt soon after helps or nothing does: `database`.
    Database,
    /// A cache in front of something slower, which is given up at once rather than waited for: `cache`.
    Cache,
}

impl Preset {
    /// The presets, by the words that the attribute has for them.
    pub const NAMES: [(&'static str, Self); 3] =
        [("external_api", Self::ExternalApi), ("database", Self::Database), ("cache", Self::Cache)];

    /// The word that the attribute has for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ExternalApi => "external_api",
            Self::Database => "database",
            Self::Cache => "cache",
        }
    }

    /// The policies.
    pub const fn config(self) -> PolicyConfig {
        const BULKHEAD: BulkheadConfig =
            BulkheadConfig::new().max(100).wait(Duration::from_secs(30));
        const BREAKER: BreakerConfig =
            BreakerConfig::new().threshold(5).recovery(Duration::from_secs(60)).half_open(10);

        let config = PolicyConfig::new().bulkhead(BULKHEAD);
        match self {
            Self::ExternalApi => config
                .breaker(BREAKER)
                .retry(
                    RetryConfig::new()
                        .max(3)
                        .base(Duration::from_millis(200))
                        .backoff(2.5)
                        .max_delay(Duration::from_secs(30))
                        .jitter(Jitter::Equal),
                )
                .timeout(
                    TimeoutConfig::new().tier(Tier::EXTERNAL_API).call(Duration::from_secs(15)),
                ),
            Self::Database => config
                .breaker(
                    BreakerConfig::new()
                        .threshold(3)
                        .recovery(Duration::from_secs(30))
                        .half_open(5),
                )
                .retry(
                    RetryConfig::new()
                        .max(2)
                        .base(Duration::from_millis(50))
                        .backoff(1.5)
                        .max_delay(Duration::from_secs(5))
                        .jitter(Jitter::None),
                )
                .timeout(TimeoutConfig::new().tier(Tier::DATABASE).call(Duration::from_secs(60))),
            // Off, and not left open: over a trait whose methods retry, it says that this one does not.
            Self::Cache => {
                config.breaker(BREAKER).retry_off().timeout(TimeoutConfig::new().tier(Tier::CACHE))
            }
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_works_as_it_is() {
        for (name, preset) in Preset::NAMES {
            assert_eq!(preset.config().final_problems(), [], "{name}");
            assert_eq!(preset.to_string(), name);
        }
    }

    #[test]
    fn a_preset_has_the_numbers_of_the_reference() {
        let api = Preset::ExternalApi.config().settings();
        let (breaker, retry) = (api.breaker.expect("on"), api.retry.expect("on"));
        assert_eq!((retry.max, retry.base), (3, Duration::from_millis(200)));
        assert_eq!((retry.max_delay, retry.jitter), (Duration::from_secs(30), Jitter::Equal));
        assert_eq!((breaker.recovery, breaker.half_open), (Duration::from_secs(60), 10));
        assert_eq!(api.timeout.expect("on").call, Some(Duration::from_secs(15)));
        assert_eq!(api.bulkhead.expect("on").wait, Duration::from_secs(30));

        let cache = Preset::Cache.config().settings();
        assert_eq!(cache.retry, None);
        let attempt = cache.timeout.expect("on").attempt.expect("given");
        assert_eq!(attempt.of(1), Duration::from_millis(100));
    }
}
