use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard, Weak},
};

use once_cell::race::OnceBox;
use resilient_policy::{Backoff, Layers, RetrySettings};

use crate::{
    BreakerSnapshot, BudgetSnapshot, BulkheadSnapshot, CircuitBreaker, ExplainedMethod,
    Explanation, Key, KeyedRateSnapshot, MethodSnapshot, Name, RateLimiter, RateSnapshot,
    backoff::Stretch,
    cache::Cache,
    counters::Counters,
    guards::{Guards, KeyedBreakerSnapshot},
    latency::Latencies,
};

/// A service: what all its methods share, whoever implements them. Cheap to clone.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    name: Name,
    guards: Guards,
    /// By name.
    methods: RwLock<Vec<Method>>,
}

/// What one service is at, and has done, at one moment.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct ServiceSnapshot {
    /// The service.
    pub name: Name,
    /// Its circuit breaker, if it has one.
    pub breaker: Option<BreakerSnapshot>,
    /// Those of its keyed circuit breakers that are not idle.
    pub keyed_breakers: Vec<KeyedBreakerSnapshot>,
    /// Its rate limiter, if it has one.
    pub rate: Option<RateSnapshot>,
    /// Its keyed rate limiters, if it has such.
    pub keyed_rate: Option<KeyedRateSnapshot>,
    /// Its bulkhead, if it has one.
    pub bulkhead: Option<BulkheadSnapshot>,
    /// The budget of its retries and hedges, if it has one.
    pub budget: Option<BudgetSnapshot>,
    /// Its methods, by name.
    pub methods: Vec<MethodSnapshot>,
}

impl Service {
    pub(crate) fn new(name: Name) -> Self {
        Self(Arc::new(Inner { name, guards: Guards::default(), methods: RwLock::default() }))
    }

    /// The name.
    pub fn name(&self) -> &Name {
        &self.0.name
    }

    /// The circuit breaker that its methods share, if it has one.
    ///
    /// None where its breakers are keyed: see [`breaker_for`](Self::breaker_for).
    pub fn breaker(&self) -> Option<&CircuitBreaker> {
        self.0.guards.breaker()
    }

    /// The circuit breaker of a key, where its breakers are keyed.
    pub fn breaker_for(&self, key: &str) -> Option<CircuitBreaker> {
        self.0.guards.breaker_for(key)
    }

    /// The rate limiter that its methods share, if it has one.
    ///
    /// None where its limiters are keyed: see [`rate_limiter_for`](Self::rate_limiter_for).
    pub fn rate_limiter(&self) -> Option<&RateLimiter> {
        self.0.guards.limiter()
    }

    /// The rate limiter of a key, where its limiters are keyed. What is changed of it by hand is forgotten with an idle
    /// key.
    pub fn rate_limiter_for(&self, key: &str) -> Option<RateLimiter> {
        self.0.guards.limiter_for(key)
    }

    /// One of its methods, once a decorator or a policy was made for it.
    pub fn method(&self, name: &str) -> Option<Method> {
        let methods = self.methods();
        let place = place_of(&methods, name).ok()?;
        Some(methods[place].clone())
    }

    /// What holds of each of its methods, by name, and where each value comes from: also where an attribute on a block or a
    /// function declared them, which makes no decorator to ask.
    ///
    /// A method that was declared several times is told of as it was the last time. What an attribute says in code (fallbacks,
    /// rules, keys) is not known here; [`explain()`](crate::guide::explain) of a decorator has it.
    pub fn explain(&self) -> Explanation {
        Explanation::new(self.0.name.as_str(), self.methods().iter().filter_map(Method::explain))
    }

    /// Everything about it, at one moment.
    pub fn snapshot(&self) -> ServiceSnapshot {
        ServiceSnapshot {
            name: self.0.name.clone(),
            breaker: self.breaker().map(CircuitBreaker::snapshot),
            keyed_breakers: self.0.guards.keyed_snapshot(),
            rate: self.0.guards.rate_snapshot(),
            keyed_rate: self.0.guards.keyed_rate_snapshot(),
            bulkhead: self.0.guards.bulkhead_snapshot(),
            budget: self.0.guards.budget_snapshot(),
            methods: self.methods().iter().map(Method::snapshot).collect(),
        }
    }

    /// Closes its breakers, those of single methods too, and forgets what they counted.
    pub fn reset(&self) {
        let methods = self.methods().clone();
        // A reset is told of, and whoever listens may ask for the methods in their turn: the lock is released.
        let own = methods.iter().filter_map(|method| method.own_guards()?.resetting());
        for reset in own {
            reset();
        }
        if let Some(reset) = self.0.guards.resetting() {
            reset();
        }
    }

    pub(crate) fn guards(&self) -> &Guards {
        &self.0.guards
    }

    pub(crate) fn method_or_new(&self, name: &str) -> Method {
        let mut methods = self.0.methods.write().unwrap_or_else(PoisonError::into_inner);
        let place = place_of(&methods, name).unwrap_or_else(|place| {
            methods.insert(place, Method::new(Name::from(name)));
            place
        });
        methods[place].clone()
    }

    fn methods(&self) -> RwLockReadGuard<'_, Vec<Method>> {
        self.0.methods.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a method is, or would be.
fn place_of(methods: &[Method], name: &str) -> Result<usize, usize> {
    methods.binary_search_by(|method| method.name().as_str().cmp(name))
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("name", &self.0.name)
            .field("breaker", &self.breaker())
            .finish_non_exhaustive()
    }
}

/// One method of a service, as all its decorators share it. Cheap to clone.
#[derive(Clone)]
pub struct Method(Arc<MethodInner>);

struct MethodInner {
    name: Name,
    /// Those of the method alone, made when it first overrides the service's.
    guards: OnceBox<Guards>,
    counters: Arc<Counters>,
    latencies: OnceLock<Arc<Latencies>>,
    stretch: OnceLock<Arc<Stretch>>,
    /// Those of the decorators that there are.
    caches: Mutex<Vec<Weak<Cache>>>,
    /// What its policies are merged of, as they were declared last.
    layers: Mutex<Option<Arc<Layers>>>,
}

impl Method {
    fn new(name: Name) -> Self {
        Self(Arc::new(MethodInner {
            name,
            guards: OnceBox::new(),
            counters: Arc::default(),
            latencies: OnceLock::new(),
            stretch: OnceLock::new(),
            caches: Mutex::default(),
            layers: Mutex::default(),
        }))
    }

    /// The name.
    pub fn name(&self) -> &Name {
        &self.0.name
    }

    /// The breaker of this method alone, where it overrides the service's.
    pub fn own_breaker(&self) -> Option<&CircuitBreaker> {
        self.own_guards()?.breaker()
    }

    /// The breaker of a key, where this method has keyed ones of its own.
    pub fn own_breaker_for(&self, key: &str) -> Option<CircuitBreaker> {
        self.own_guards()?.breaker_for(key)
    }

    /// The rate limiter of this method alone, where it overrides the service's.
    pub fn own_rate_limiter(&self) -> Option<&RateLimiter> {
        self.own_guards()?.limiter()
    }

    /// The rate limiter of a key, where this method has keyed ones of its own.
    pub fn own_rate_limiter_for(&self, key: &str) -> Option<RateLimiter> {
        self.own_guards()?.limiter_for(key)
    }

    /// What holds of it, as [`Service::explain`]; `None` while it is being declared for the first time.
    pub fn explain(&self) -> Option<ExplainedMethod> {
        let layers = self.0.layers.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        Some(layers.explain(self.0.name.as_str()))
    }

    pub(crate) fn declared(&self, layers: Arc<Layers>) {
        *self.0.layers.lock().unwrap_or_else(PoisonError::into_inner) = Some(layers);
    }

    /// What it has done.
    pub fn snapshot(&self) -> MethodSnapshot {
        let caches: Vec<_> = self.caches().iter().filter_map(Weak::upgrade).collect();
        let entries = caches.iter().map(|cache| cache.len()).sum();
        let weight = caches.iter().map(|cache| cache.weight()).sum();
        self.0.counters.snapshot(self.0.name.clone(), self.own_guards(), (entries, weight))
    }

    /// Forgets the cached answer for `key`, in memory and on disk: for every decorator, block and function that has this
    /// method. A load that is under way does not bring it back.
    pub fn invalidate(&self, key: &Key) {
        if let Some(key) = key.bytes() {
            self.each_cache(|cache| cache.invalidate(key));
        }
    }

    /// Forgets every cached answer, in memory and on disk.
    pub fn invalidate_all(&self) {
        self.each_cache(Cache::invalidate_all);
    }

    /// Runs `act` on each cache, outside of the lock.
    fn each_cache(&self, act: impl FnMut(&Cache)) {
        let caches: Vec<_> = self.caches().iter().filter_map(Weak::upgrade).collect();
        caches.iter().map(|cache| &**cache).for_each(act);
    }

    fn caches(&self) -> MutexGuard<'_, Vec<Weak<Cache>>> {
        self.0.caches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the answers in a decorator's memory counted among the method's.
    pub(crate) fn add_cache(&self, cache: &Arc<Cache>) {
        let mut caches = self.caches();
        caches.retain(|cache| cache.strong_count() > 0);
        caches.push(Arc::downgrade(cache));
    }

    pub(crate) fn guards(&self) -> &Guards {
        self.0.guards.get_or_init(Box::default)
    }

    fn own_guards(&self) -> Option<&Guards> {
        self.0.guards.get()
    }

    pub(crate) fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.0.counters)
    }

    pub(crate) fn latencies(&self) -> Arc<Latencies> {
        Arc::clone(self.0.latencies.get_or_init(Arc::default))
    }

    /// What stretches the delays, where the backoff adapts.
    pub(crate) fn stretch(&self, retry: &RetrySettings) -> Option<Arc<Stretch>> {
        (retry.backoff == Backoff::Adaptive)
            .then(|| Arc::clone(self.0.stretch.get_or_init(Arc::default)))
    }
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Method").field(&self.0.name).finish()
    }
}
