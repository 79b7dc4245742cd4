use std::{path::PathBuf, time::Duration};

use resilient_runtime::{
    BreakerConfig, CacheConfig, ConfigError, PolicyConfig, RateConfig, Registry, RetryConfig,
    TimeoutConfig,
};

use crate::service::Service;

/// How fast time runs: by how much the times that the policies say are divided, and how long a day of the league is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// How long a day of the league takes.
    pub(crate) day: Duration,
    /// How long a slow answer takes: longer than any attempt may.
    pub(crate) slow: Duration,
    /// What is done to the times of the policies; `None` leaves them as they are.
    haste: Option<Haste>,
}

/// By how much the policies' times are divided.
#[derive(Debug, Clone, Copy)]
struct Haste {
    /// Recovery, delays before a retry, and the limiter's pace.
    waits: u32,
    /// How long an attempt may take; bounded below by what a busy machine needs.
    timeouts: u32,
    /// How long an answer is served from memory, or from disk where prices move.
    cache: u32,
}

/// The times of a service's policies, in seconds: those of its attribute.
struct Times {
    recovery: u32,
    base: u32,
    rate: f64,
    burst: u32,
    timeout: u32,
    memory: u32,
    disk: Option<u32>,
}

/// How long past its time an answer is better than none: as every attribute says.
const STALE: Duration = Duration::from_secs(3600);

fn times(service: Service) -> Times {
    match service {
        Service::Scout => Times {
            recovery: 60,
            base: 2,
            rate: 0.5,
            burst: 1,
            timeout: 10,
            memory: 300,
            disk: None,
        },
        // Skills and items change with a patch only, so what a run learns of them serves the next run.
        Service::Poe2Db => Times {
            recovery: 30,
            base: 1,
            rate: 1.0,
            burst: 2,
            timeout: 10,
            memory: 600,
            disk: Some(3600),
        },
        Service::Ninja => Times {
            recovery: 120,
            base: 3,
            rate: 0.2,
            burst: 1,
            timeout: 15,
            memory: 900,
            disk: None,
        },
    }
}

impl Pace {
    /// The times as the policies say.
    pub(crate) const PRODUCTION: Self =
        Self { day: Duration::from_secs(66), slow: Duration::from_secs(20), haste: None };
    /// A run takes about 15 seconds.
    pub(crate) const SHOWCASE: Self = Self {
        day: Duration::from_millis(2200),
        slow: Duration::from_millis(700),
        haste: Some(Haste { waits: 30, timeouts: 30, cache: 250 }),
    };
    /// A run takes about 3 seconds.
    pub(crate) const FAST: Self = Self {
        day: Duration::from_millis(440),
        slow: Duration::from_millis(700),
        haste: Some(Haste { waits: 150, timeouts: 30, cache: 1500 }),
    };

    /// What the user should know about the times.
    pub(crate) fn notice(&self) -> String {
        match self.haste {
            None => "All times are those of the policies: a run takes minutes.".to_owned(),
            Some(Haste { waits, timeouts, cache }) => format!(
                "So that a run takes seconds, waits and recoveries are {waits} times shorter than the policies say, \
                 timeouts {timeouts} times, memory times {cache} times, and what moves (prices, trends, builds) stays \
                 on disk no longer than in memory; --production leaves all as it is."
            ),
        }
    }

    /// The registry that holds the policies' state, with the times of this pace.
    pub(crate) fn registry(
        &self,
        cache_dir: Option<PathBuf>,
        seed: u64,
    ) -> Result<Registry, ConfigError> {
        let mut builder = Registry::builder().seed(seed);
        if let Some(path) = cache_dir {
            builder = builder.cache_dir(path);
        }
        if let Some(haste) = self.haste {
            for service in Service::ALL {
                builder = builder.configure(service.name(), haste.policies(&times(service)));
            }
        }
        builder.build()
    }
}

impl Haste {
    fn policies(self, times: &Times) -> PolicyConfig {
        let waits = |seconds| Duration::from_secs(seconds) / self.waits;
        let memory = Duration::from_secs(times.memory.into()) / self.cache;
        let stale = STALE / self.cache;
        let disk = times.disk.map_or(memory, |seconds| Duration::from_secs(seconds.into()));
        PolicyConfig::new()
            .breaker(BreakerConfig::new().recovery(waits(times.recovery.into())))
            .retry(RetryConfig::new().base(waits(times.base.into())).max_delay(waits(60)))
            .rate(
                RateConfig::new()
                    .limit(times.rate * f64::from(self.waits))
                    .burst(times.burst)
                    .wait(waits(5)),
            )
            .cache(CacheConfig::new().memory(memory).disk(disk).stale(stale))
            .timeout(
                TimeoutConfig::new()
                    .attempt(Duration::from_secs(times.timeout.into()) / self.timeouts),
            )
    }
}
