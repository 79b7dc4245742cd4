use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use resilient_policy::{
    ExplainedMethod, HedgeSettings, Layers, PolicySettings, RetrySettings, TimeoutSettings,
};

use crate::{
    Call, CircuitBreaker, Key, RateLimiter,
    backoff::Stretch,
    budget::RetryBudget,
    bulkhead::Bulkhead,
    cache::Cache,
    counters::Counters,
    digest::Digest,
    events::Subject,
    guards::{Breakers, Limiters},
    latency::Latencies,
    outcome::{BreakerKey, Fallible},
    rng::Seeds,
};

/// The policies of one method of one decorator, ready to run.
///
/// Cheap to clone: clones share everything. Two decorators of one service share its breaker, limiter, bulkhead, budget
/// and books. Each has a memory tier of its own; what is on disk belongs to the service and the method.
#[derive(Clone)]
pub struct Pipeline(Arc<Inner>);

/// In the order of how often a call asks: with many services each line of the processor's cache costs a call what it takes
/// to fetch it.
#[repr(C)]
pub(crate) struct Inner {
    pub(crate) breaker: Option<Breakers>,
    pub(crate) limiter: Option<Limiters>,
    pub(crate) bulkhead: Option<Bulkhead>,
    pub(crate) budget: Option<Arc<RetryBudget>>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) digest: Digest,
    pub(crate) settings: Box<Settings>,
    pub(crate) cache: Option<Arc<Cache>>,
    /// Where a timeout or a hedge follows latencies.
    pub(crate) latencies: Option<Arc<Latencies>>,
    /// Where the backoff adapts.
    pub(crate) stretch: Option<Arc<Stretch>>,
    pub(crate) seeds: Arc<Seeds>,
    pub(crate) load: Arc<AtomicU8>,
    pub(crate) subject: Subject,
    /// What the settings are merged of, to explain them.
    pub(crate) layers: Arc<Layers>,
}

/// Of the settings, what calls ask that are not plain. The rest has its place in what it is of, such as the breaker.
pub(crate) struct Settings {
    pub(crate) retry: Option<RetrySettings>,
    pub(crate) timeout: Option<TimeoutSettings>,
    pub(crate) hedge: Option<HedgeSettings>,
}

impl From<&PolicySettings> for Settings {
    fn from(settings: &PolicySettings) -> Self {
        let PolicySettings { retry, timeout, hedge, .. } = *settings;
        Self { retry, timeout, hedge }
    }
}

impl Inner {
    /// The breaker of `key`, where breakers are keyed.
    pub(crate) fn breaker_for<K: BreakerKey + ?Sized>(&self, key: &K) -> Option<CircuitBreaker> {
        self.breaker.as_ref()?.of(key)
    }

    /// The rate limiter of `key`, where limiters are keyed.
    pub(crate) fn limiter_for<K: BreakerKey + ?Sized>(&self, key: &K) -> Option<RateLimiter> {
        self.limiter.as_ref()?.of(key)
    }

    /// How busy the machine is, in percent.
    pub(crate) fn load(&self) -> u8 {
        self.load.load(Ordering::Relaxed)
    }
}

impl Pipeline {
    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    #[inline]
    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    /// What holds of the method, and where each value comes from.
    pub fn explain(&self) -> ExplainedMethod {
        self.0.layers.explain(self.0.subject.method.as_str())
    }

    /// Forgets the cached answer for `key`, in memory and on disk. A load that is under way does not bring it back.
    pub fn invalidate(&self, key: &Key) {
        if let (Some(cache), Some(key)) = (&self.0.cache, key.bytes()) {
            cache.invalidate(key);
        }
    }

    /// Forgets every cached answer, in memory and on disk.
    pub fn invalidate_all(&self) {
        if let Some(cache) = &self.0.cache {
            cache.invalidate_all();
        }
    }

    /// Begins a call of a method whose return type is `R`.
    #[inline]
    pub fn begin<R, V, E>(&self, fallible: Fallible<R, V, E>) -> Call<'_, R, V, E> {
        Call::new(self, fallible)
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Subject { service, method } = &self.0.subject;
        f.debug_struct("Pipeline")
            .field("service", service)
            .field("method", method)
            .finish_non_exhaustive()
    }
}
