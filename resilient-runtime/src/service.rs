use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use resilient_policy::{PolicyConfig, RateConfig};

use crate::{
    BreakerSnapshot, CircuitBreaker, ConfigError, MethodSnapshot, Name, Pipeline, RateSnapshot,
    breaker::Owner, cache::Cache, config_error::subject, counters::Counters, events::Subject,
    pipeline, rate::RateLimiter, registry::Shared,
};

/// A service: what all its methods share, whoever implements them. Cheap to clone.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    name: Name,
    guards: Guards,
    methods: RwLock<BTreeMap<Name, Method>>,
}

/// The breaker and the limiter of a service, or of a method that overrides them; made when they are first declared.
#[derive(Default)]
struct Guards {
    breaker: OnceLock<CircuitBreaker>,
    limiter: OnceLock<RateLimiter>,
}

/// What one service is at, and has done, at one moment.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct ServiceSnapshot {
    /// The service.
    pub name: Name,
    /// Its circuit breaker, if it has one.
    pub breaker: Option<BreakerSnapshot>,
    /// Its rate limiter, if it has one.
    pub rate: Option<RateSnapshot>,
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
    pub fn breaker(&self) -> Option<&CircuitBreaker> {
        self.0.guards.breaker.get()
    }

    /// One of its methods, once a decorator or a policy was made for it.
    pub fn method(&self, name: &str) -> Option<Method> {
        self.0.methods.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Everything about it, at one moment.
    pub fn snapshot(&self) -> ServiceSnapshot {
        let methods = self.0.methods.read().unwrap_or_else(PoisonError::into_inner);
        ServiceSnapshot {
            name: self.0.name.clone(),
            breaker: self.breaker().map(CircuitBreaker::snapshot),
            rate: self.0.guards.limiter.get().map(RateLimiter::snapshot),
            methods: methods.values().map(Method::snapshot).collect(),
        }
    }

    /// Closes its breakers, those of single methods too, and forgets what they counted.
    pub fn reset(&self) {
        let methods: Vec<Method> = {
            let methods = self.0.methods.read().unwrap_or_else(PoisonError::into_inner);
            methods.values().cloned().collect()
        };
        // A reset is told of, and whoever listens may ask for the methods in their turn: the lock is released.
        let own = methods.iter().filter_map(Method::own_breaker);
        for breaker in self.breaker().into_iter().chain(own) {
            breaker.reset();
        }
    }

    fn method_or_new(&self, name: &str) -> Method {
        let mut methods = self.0.methods.write().unwrap_or_else(PoisonError::into_inner);
        methods.entry(Name::from(name)).or_insert_with_key(|name| Method::new(name.clone())).clone()
    }
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
    /// Those of the method alone, where it overrides the service's.
    guards: Guards,
    counters: Arc<Counters>,
}

impl Method {
    fn new(name: Name) -> Self {
        Self(Arc::new(MethodInner { name, guards: Guards::default(), counters: Arc::default() }))
    }

    /// The name.
    pub fn name(&self) -> &Name {
        &self.0.name
    }

    /// The breaker of this method alone, where it overrides the service's.
    pub fn own_breaker(&self) -> Option<&CircuitBreaker> {
        self.0.guards.breaker.get()
    }

    /// What it has done.
    pub fn snapshot(&self) -> MethodSnapshot {
        self.0.counters.snapshot(self.0.name.clone())
    }
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Method").field(&self.0.name).finish()
    }
}

/// A service whose methods are being declared, with the policies that they have in common.
#[derive(Debug)]
#[must_use = "declare the service's methods with it"]
pub struct Declaration {
    service: Service,
    policies: PolicyConfig,
    shared: Arc<Shared>,
}

impl Declaration {
    #[expect(clippy::large_types_passed_by_value, reason = "it is kept")]
    pub(crate) fn new(
        service: Service,
        policies: PolicyConfig,
        shared: Arc<Shared>,
    ) -> Result<Self, ConfigError> {
        let declaration = Self { service, policies, shared };
        // A conflict shows here even if no method uses what the trait declares.
        let config = declaration.adjusted(&declaration.policies);
        declaration.check(None, &config)?;
        declaration.breaker(&declaration.service.0.guards, None, &config)?;
        declaration.limiter(&declaration.service.0.guards, None, &config)?;
        Ok(declaration)
    }

    /// Declares a method with the policies of the service, over which `own` is laid.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] where the policies cannot work together, [`ConfigError::Conflict`] where the method was
    /// declared before with another breaker or rate of its own.
    pub fn method(&self, name: &str, own: PolicyConfig) -> Result<Pipeline, ConfigError> {
        let config = self.adjusted(&self.policies.overlaid(&own));
        self.check(Some(name), &config)?;
        let settings = config.settings();
        let method = self.service.method_or_new(name);
        let shared = &self.service.0.guards;
        let breaker = if own.breaker.as_on().is_some() {
            self.breaker(&method.0.guards, Some(name), &config)?
        } else {
            settings.breaker.and_then(|_| shared.breaker.get().cloned())
        };
        let limiter = if own.rate.as_on().is_some() {
            self.limiter(&method.0.guards, Some(name), &config)?
        } else {
            settings.rate.and_then(|_| shared.limiter.get().cloned())
        };
        let subject =
            Subject { service: self.service.name().clone(), method: method.0.name.clone() };
        let cache = settings.cache.map(|cache| {
            let disk = cache.disk.and_then(|_| self.shared.disk_tier(&subject));
            Cache::new(cache, disk)
        });
        let counters = Arc::clone(&method.0.counters);
        let seeds = Arc::clone(&self.shared.seeds);
        Ok(Pipeline::new(pipeline::Inner {
            subject,
            settings,
            breaker,
            limiter,
            cache,
            counters,
            seeds,
        }))
    }

    /// The service.
    pub fn service(&self) -> Service {
        self.service.clone()
    }

    /// With what the registry was told to change.
    fn adjusted(&self, config: &PolicyConfig) -> PolicyConfig {
        match self.shared.overrides.get(self.service.name().as_str()) {
            Some(overrides) => config.adjusted(overrides),
            None => *config,
        }
    }

    fn check(&self, method: Option<&str>, config: &PolicyConfig) -> Result<(), ConfigError> {
        // A trait may give half of a policy that its methods complete.
        let problems = if method.is_some() { config.final_problems() } else { config.problems() };
        if problems.is_empty() {
            return Ok(());
        }
        Err(ConfigError::Invalid { subject: subject(self.service.name(), method), problems })
    }

    /// The breaker of `config`, made now or shared with those who declared the same before.
    fn breaker(
        &self,
        guards: &Guards,
        method: Option<&str>,
        config: &PolicyConfig,
    ) -> Result<Option<CircuitBreaker>, ConfigError> {
        let Some(settings) = config.settings().breaker else { return Ok(None) };
        let name = self.service.name();
        let breaker = guards.breaker.get_or_init(|| {
            let owner = Owner { service: name.clone(), method: method.map(Name::from), key: None };
            let heard = Arc::clone(&self.shared.listeners);
            CircuitBreaker::new(owner, settings, self.shared.seeds.next(), heard)
        });
        same("breaker", name, method, breaker.settings(), &settings)?;
        Ok(Some(breaker.clone()))
    }

    /// The limiter of `config`, made now or shared with those who declared the same before. None where the trait gives
    /// half of a rate, for its methods to complete.
    fn limiter(
        &self,
        guards: &Guards,
        method: Option<&str>,
        config: &PolicyConfig,
    ) -> Result<Option<RateLimiter>, ConfigError> {
        let whole = config.rate.as_on().filter(|rate| rate.limit.is_some());
        let Some(settings) = whole.map(RateConfig::settings) else { return Ok(None) };
        let limiter = guards.limiter.get_or_init(|| RateLimiter::new(settings));
        same("rate", self.service.name(), method, limiter.settings(), &settings)?;
        Ok(Some(limiter.clone()))
    }
}

fn same<T: PartialEq + fmt::Debug>(
    policy: &'static str,
    service: &Name,
    method: Option<&str>,
    first: &T,
    second: &T,
) -> Result<(), ConfigError> {
    if first == second {
        return Ok(());
    }
    let (first, second) = (format!("{first:?}"), format!("{second:?}"));
    Err(ConfigError::Conflict { subject: subject(service, method), policy, first, second })
}
