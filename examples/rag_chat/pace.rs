use std::time::Duration;

use resilient_runtime::{
    BreakerConfig, CacheConfig, ConfigError, PolicyConfig, Registry, RetryConfig, TimeoutConfig,
};

use crate::server::Server;

/// How fast time runs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pace {
    /// The times are those that the policies say.
    Production,
    /// A run takes a few seconds.
    Showcase,
}

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

impl Pace {
    /// Longer than any breaker stays open, and than any answer stays fresh.
    pub(crate) fn later(self) -> Duration {
        match self {
            Self::Production => Duration::from_secs(11 * 60),
            Self::Showcase => millis(600),
        }
    }

    /// Longer than anybody waits for the vector store.
    pub(crate) fn hang(self) -> Duration {
        match self {
            Self::Production => Duration::from_secs(10),
            Self::Showcase => millis(5_000),
        }
    }

    /// The registry that holds the policies' state, with the times of this pace.
    pub(crate) fn registry(self, seed: u64) -> Result<Registry, ConfigError> {
        let builder = Registry::builder().seed(seed);
        match self {
            Self::Production => builder,
            Self::Showcase => Server::ALL
                .into_iter()
                .fold(builder, |builder, server| builder.configure(server.name(), hasty(server))),
        }
        .build()
    }
}

/// What lies over the attributes so that nobody has to wait for minutes. Parameters of policies that a service does not
/// have are passed over.
fn hasty(server: Server) -> PolicyConfig {
    let config = PolicyConfig::new()
        .breaker(BreakerConfig::new().recovery(millis(500)))
        .retry(RetryConfig::new().base(millis(20)).max_delay(millis(150)))
        .cache(CacheConfig::new().memory(millis(400)));
    match server {
        Server::Vectors => {
            config.timeout(TimeoutConfig::new().attempt(millis(800)).call(millis(2_000)))
        }
        Server::Llm | Server::Database => config,
    }
}
