use std::sync::Arc;

use resilient_policy::{
    BreakerConfig, Budget, BulkheadConfig, HedgeAfter, PolicyConfig, PolicySettings, RateConfig,
    Scope,
};

use crate::{
    ConfigError, Method, Name, Pipeline, Service,
    cache::Cache,
    config_error::subject,
    events::Subject,
    guards::{Guards, Site},
    pipeline,
    registry::Shared,
};

/// A service whose methods are being declared, with the policies that they have in common.
#[derive(Debug)]
#[must_use = "declare the service's methods with it"]
pub struct Declaration {
    service: Service,
    policies: PolicyConfig,
    shared: Arc<Shared>,
    cache_namespace: Name,
}

impl Declaration {
    #[expect(clippy::large_types_passed_by_value, reason = "it is kept")]
    pub(crate) fn new(
        service: Service,
        policies: PolicyConfig,
        shared: Arc<Shared>,
    ) -> Result<Self, ConfigError> {
        // Every namespace that is given has at least one letter.
        let cache_namespace = Name::from("");
        let declaration = Self { service, policies, shared, cache_namespace };
        // A conflict shows here even if no method uses what the trait declares.
        let config = declaration.adjusted(&declaration.policies);
        declaration.check(None, &config)?;
        let budget = declaration.shared_budget(&config);
        declaration.service.guards().declare_shared(&config, budget, &declaration.site(None))?;
        Ok(declaration)
    }

    pub(crate) fn cache_namespace(mut self, namespace: &str) -> Self {
        self.cache_namespace = Name::from(namespace);
        self
    }

    /// Declares a method with the policies of the service, over which `own` is laid.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] where the policies cannot work together, [`ConfigError::Conflict`] where the method was
    /// declared before with another breaker, rate, bulkhead or budget of its own.
    pub fn method(&self, name: &str, own: PolicyConfig) -> Result<Pipeline, ConfigError> {
        let config = self.adjusted(&self.policies.overlaid(&own));
        self.check(Some(name), &config)?;
        let settings = config.settings();
        let method = self.service.method_or_new(name);
        let (shared_site, own_site) = (self.site(None), self.site(Some(&method)));
        // A method that overrides a parameter has a guard of its own; one that only refines what counts shares the
        // service's.
        let at = |own: bool| -> (&Guards, &Site<'_>) {
            if own { (method.guards(), &own_site) } else { (self.service.guards(), &shared_site) }
        };
        let breaker = match settings.breaker {
            None => None,
            Some(breaker) => {
                // Another key for the same breakers is no breaker of one's own.
                let shared = self.policies.breaker.as_on().and_then(|breaker| breaker.keyed);
                let nothing = shared.map_or(BreakerConfig::new(), |keyed| {
                    let given = own.breaker.as_on().and_then(|own| own.keyed);
                    given.map_or(BreakerConfig::new(), |_| BreakerConfig::new().keyed(keyed))
                });
                let overrides = gives(own.breaker.as_on(), &nothing);
                let (guards, site) = at(overrides || breaker.scope == Scope::Method);
                Some(guards.declare_breakers(breaker, site)?)
            }
        };
        let limiter = match settings.rate {
            None => None,
            Some(rate) => {
                // As for the breaker's key.
                let shared = self.policies.rate.as_on().and_then(|rate| rate.keyed);
                let nothing = shared.map_or(RateConfig::new(), |keyed| {
                    let given = own.rate.as_on().and_then(|own| own.keyed);
                    given.map_or(RateConfig::new(), |_| RateConfig::new().keyed(keyed))
                });
                let (guards, site) = at(gives(own.rate.as_on(), &nothing));
                Some(guards.declare_limiters(rate, site)?)
            }
        };
        let bulkhead = match settings.bulkhead {
            None => None,
            Some(bulkhead) => {
                let (guards, site) = at(gives(own.bulkhead.as_on(), &BulkheadConfig::new()));
                Some(guards.declare_bulkhead(bulkhead, site)?)
            }
        };
        let given = own.budget_given();
        let budget = match if given { config.budget() } else { self.shared_budget(&config) } {
            None => None,
            Some(budget) => {
                let (guards, site) = at(given);
                guards.declare_budget(budget, site)?
            }
        };
        let subject =
            Subject { service: self.service.name().clone(), method: method.name().clone() };
        let cache = settings.cache.map(|cache| {
            let disk = cache.disk.and_then(|_| {
                let namespace = &self.cache_namespace;
                self.shared.disk_tier(&subject, namespace, cache.schema, &method.counters())
            });
            let random = || self.shared.seeds.next();
            let cache = Arc::new(Cache::new(cache, disk, random, method.counters()));
            method.add_cache(&cache);
            cache
        });
        Ok(Pipeline::new(pipeline::Inner {
            latencies: follows_latencies(&settings).then(|| method.latencies()),
            stretch: settings.retry.and_then(|retry| method.stretch(&retry)),
            counters: method.counters(),
            seeds: Arc::clone(&self.shared.seeds),
            load: Arc::clone(&self.shared.load),
            subject,
            settings,
            breaker,
            limiter,
            bulkhead,
            budget,
            cache,
        }))
    }

    /// The service.
    pub fn service(&self) -> Service {
        self.service.clone()
    }

    fn site<'a>(&'a self, method: Option<&'a Method>) -> Site<'a> {
        Site {
            service: self.service.name(),
            method: method.map(Method::name),
            shared: &self.shared,
        }
    }

    /// With what the registry was told to change.
    fn adjusted(&self, config: &PolicyConfig) -> PolicyConfig {
        match self.shared.overrides.get(self.service.name().as_str()) {
            Some(overrides) => config.adjusted(overrides),
            None => *config,
        }
    }

    /// What the retries and hedges of all methods share that give no budget of their own: as the registry or the trait
    /// says, also where the method only has the other one of the two.
    fn shared_budget(&self, config: &PolicyConfig) -> Option<Budget> {
        let budget = config.budget()?;
        let overrides = self.shared.overrides.get(self.service.name().as_str());
        let mut layers = overrides.into_iter().chain([&self.policies]);
        let given = layers.find(|layer| layer.budget_given()).and_then(PolicyConfig::budget);
        Some(given.unwrap_or(budget))
    }

    fn check(&self, method: Option<&str>, config: &PolicyConfig) -> Result<(), ConfigError> {
        // A trait may give half of a policy that its methods complete.
        let problems = if method.is_some() { config.final_problems() } else { config.problems() };
        if problems.is_empty() {
            return Ok(());
        }
        Err(ConfigError::Invalid { subject: subject(self.service.name(), method), problems })
    }
}

/// Whether a timeout or a hedge is made of recent latencies.
fn follows_latencies(settings: &PolicySettings) -> bool {
    let hedge = settings.hedge.map(|hedge| hedge.after);
    settings.timeout.is_some_and(|timeout| timeout.adaptive.is_some())
        || matches!(hedge, Some(HedgeAfter::Percentile(_)))
}

/// Whether a layer gives any parameter of a policy.
fn gives<T: PartialEq>(layer: Option<&T>, nothing: &T) -> bool {
    layer.is_some_and(|layer| layer != nothing)
}
