//! The services of the soak, which together have every policy there is.

use std::{path::Path, sync::Arc, time::Duration};

use resilient_runtime::{Failure, Registry, resilient};

use crate::{
    diary::Diary,
    faults::{Answer, Moody, Trouble},
};

/// How long an attempt has, everywhere where that is fixed.
pub(crate) const ATTEMPT: Duration = Duration::from_millis(20);

/// The shortest time that an attempt may have. A call that fails sooner has not timed out.
pub(crate) const SHORTEST: Duration = Duration::from_millis(5);

/// From when on an answer speaks against the service, where that is asked.
pub(crate) const SLOW: Duration = Duration::from_millis(10);

/// The longest recovery of a breaker.
pub(crate) const RECOVERY: Duration = Duration::from_millis(30);

/// How many probes in a row close a breaker, at the most.
pub(crate) const PROBES: u64 = 3;

/// Every policy, and each way to use a cache in memory.
#[resilient(
    service = "shop",
    breaker(
        threshold = 0.5,
        window = 50,
        recovery = "30ms",
        half_open = 3,
        half_open_timeout = "1s"
    ),
    retry(max = 3, base = "1ms", max_delay = "5ms"),
    rate(limit = 12_000.0, burst = 100, wait = "10ms"),
    bulkhead(max = 64, wait = "10ms", queue = 100),
    timeout(attempt = "20ms", call = "60ms")
)]
pub(crate) trait Shop {
    async fn plain(&self, key: u64) -> Result<Answer, Trouble>;

    #[resilient(hedge = "1ms")]
    async fn hedged(&self, key: u64) -> Result<Answer, Trouble>;

    #[resilient(
        cache(memory = "20ms", capacity = 300, negative = "5ms", jitter = 0.5),
        timeout(attempt = "10ms", call = "15ms")
    )]
    async fn remembered(&self, key: u64) -> Result<Answer, Trouble>;

    #[resilient(
        cache(memory = "20ms", capacity = 300, refresh = "5ms", stale = "200ms"),
        fallback(stale, value = Answer::to(key))
    )]
    async fn refreshed(&self, key: u64) -> Result<Answer, Trouble>;

    #[resilient(cache(memory = "20ms", capacity = 300, refresh = "5ms", background))]
    async fn background(&self, key: u64) -> Result<Answer, Trouble>;
}

/// What follows the service: adaptive limits, delays and hedges, and a breaker of calls in a window of time.
#[resilient(
    service = "adaptive",
    breaker(threshold = 0.5, window = "200ms", recovery = "20ms", recovery_jitter = 0.5, slow = "10ms", slow_rate = 0.5, per = call),
    retry(max = 3, base = "1ms", max_delay = "5ms", backoff = adaptive),
    rate(limit = 20_000.0, wait = "10ms", algorithm = both, adaptive),
    bulkhead(adaptive, max = 100, wait = "10ms"),
    timeout(adaptive(min = "5ms", max = "20ms"), call = "60ms"),
    hedge(after = p95)
)]
pub(crate) trait Adaptive {
    async fn ask(&self, key: u64) -> Result<Answer, Trouble>;
}

/// A breaker and a limiter for each host.
#[resilient(
    breaker(threshold = 3, recovery = "30ms", key = host),
    retry(max = 2, base = "1ms"),
    rate(limit = 500.0, burst = 10, wait = "10ms", key = host),
    timeout = "20ms"
)]
pub(crate) trait Hosts {
    async fn visit(&self, host: &str, key: u64) -> Result<Answer, Trouble>;
}

/// Callers that block their threads.
#[resilient(
    service = "files",
    breaker(threshold = 5, recovery = "30ms"),
    retry(max = 2, base = "1ms"),
    rate(limit = 10_000.0, wait = "10ms"),
    bulkhead(max = 1, wait = "5ms"),
    timeout(attempt = "20ms", call = "60ms")
)]
pub(crate) trait Files {
    fn read(&self, key: u64) -> Result<Answer, Trouble>;
}

/// The cache in memory and on disk, and the whole chain of fallbacks.
#[resilient(
    service = "archive",
    cache(memory = "5ms", disk = "50ms", capacity = 100, stale = "200ms"),
    breaker(threshold = 0.5, window = 50, recovery = "30ms"),
    retry(max = 2, base = "1ms"),
    bulkhead(max = 64, wait = "10ms"),
    timeout(attempt = "20ms", call = "60ms"),
    fallback(stale, made_up, value = Answer::to(key))
)]
pub(crate) trait Archive {
    async fn fetch(&self, key: u64) -> Result<Answer, Trouble>;
}

/// Has no answer of its own for any call, so that the next rung is asked.
async fn made_up(failure: Failure<Trouble>) -> Result<Answer, Trouble> {
    tokio::task::yield_now().await;
    Err(failure.error)
}

/// The diaries of all methods of one world.
#[derive(Debug, Default)]
pub(crate) struct Diaries {
    pub(crate) plain: Diary,
    pub(crate) hedged: Diary,
    pub(crate) remembered: Diary,
    pub(crate) refreshed: Diary,
    pub(crate) background: Diary,
    pub(crate) ask: Diary,
    pub(crate) visit: Diary,
    pub(crate) read: Diary,
    pub(crate) fetch: Diary,
}

/// What every decorator is around.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) moody: Moody,
    pub(crate) diaries: Arc<Diaries>,
}

impl Shop for Client {
    async fn plain(&self, key: u64) -> Result<Answer, Trouble> {
        self.moody.answer(&self.diaries.plain, key).await
    }
    async fn hedged(&self, key: u64) -> Result<Answer, Trouble> {
        self.moody.answer(&self.diaries.hedged, key).await
    }
    async fn remembered(&self, key: u64) -> Result<Answer, Trouble> {
        self.moody.answer(&self.diaries.remembered, key).await
    }
    async fn refreshed(&self, key: u64) -> Result<Answer, Trouble> {
        self.moody.answer(&self.diaries.refreshed, key).await
    }
    async fn background(&self, key: u64) -> Result<Answer, Trouble> {
        self.moody.answer(&self.diaries.background, key).await
    }
}

impl Adaptive for Client {
    async fn ask(&self, key: u64) -> Result<Answer, Trouble> {
        self.moody.answer(&self.diaries.ask, key).await
    }
}

impl Hosts for Client {
    async fn visit(&self, _host: &str, key: u64) -> Result<Answer, Trouble> {
        self.moody.answer(&self.diaries.visit, key).await
    }
}

impl Files for Client {
    fn read(&self, key: u64) -> Result<Answer, Trouble> {
        self.moody.answer_blocking(&self.diaries.read, key)
    }
}

impl Archive for Client {
    async fn fetch(&self, key: u64) -> Result<Answer, Trouble> {
        self.moody.answer(&self.diaries.fetch, key).await
    }
}

/// What lives as long as the soak: what it holds must not grow.
#[derive(Clone)]
pub(crate) struct Old {
    pub(crate) client: Client,
    pub(crate) registry: Registry,
    pub(crate) shop: ResilientShop<Client>,
    pub(crate) adaptive: ResilientAdaptive<Client>,
    pub(crate) hosts: ResilientHosts<Client>,
    pub(crate) files: ResilientFiles<Client>,
}

impl Old {
    pub(crate) fn new(seed: u64) -> Self {
        let registry = Registry::builder().seed(seed).build().expect("valid");
        let client = Client { moody: Moody::new(seed), diaries: Arc::default() };
        Self {
            shop: ResilientShop::with_registry(client.clone(), &registry),
            adaptive: ResilientAdaptive::with_registry(client.clone(), &registry),
            hosts: ResilientHosts::with_registry(client.clone(), &registry),
            files: ResilientFiles::with_registry(client.clone(), &registry),
            client,
            registry,
        }
    }

    /// Forgets what is there to be forgotten: how much of it there is depends on the moment.
    pub(crate) fn empty(&self) {
        self.shop.invalidate_all();
    }
}

/// What is made anew for each round: how much is in its maps and in the pages of its file depends on the moment, and
/// nothing of it may be left when it is closed.
#[derive(Clone)]
pub(crate) struct Young {
    pub(crate) client: Client,
    pub(crate) registry: Registry,
    pub(crate) archive: ResilientArchive<Client>,
    /// Asked for ever more hosts.
    pub(crate) hosts: ResilientHosts<Client>,
}

impl Young {
    pub(crate) fn new(seed: u64, directory: &Path) -> Self {
        let registry = Registry::builder().seed(seed).cache_dir(directory).cache_dir_limit(4 << 20);
        let registry = registry.build().expect("a directory");
        let client = Client { moody: Moody::new(seed), diaries: Arc::default() };
        Self {
            archive: ResilientArchive::with_registry(client.clone(), &registry),
            hosts: ResilientHosts::with_registry(client.clone(), &registry),
            client,
            registry,
        }
    }
}
