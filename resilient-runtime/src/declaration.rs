use std::{collections::BTreeMap, sync::Arc};

use resilient_policy::{
    BreakerConfig, BulkheadConfig, Layers, Origin, PolicyConfig, RateConfig, Scope,
};

use crate::{
    ConfigError, Method, Name, Pipeline, Service,
    cache::Cache,
    config_error::subject,
    digest::{Digest, follows_latencies},
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
    /// What holds of every method that says nothing itself.
    layers: Layers,
    overrides: Overrides,
    shared: Arc<Shared>,
    cache_namespace: Name,
}

/// What the builder of one decorator was told to change.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overrides {
    pub(crate) every: PolicyConfig,
    pub(crate) methods: BTreeMap<String, PolicyConfig>,
}

impl Overrides {
    /// Whether all of it can be done, for a service with these methods.
    pub(crate) fn check(&self, service: &str, methods: &[&str]) -> Result<(), ConfigError> {
        if let Some(method) = self.methods.keys().find(|name| !methods.contains(&name.as_str())) {
            return Err(ConfigError::unknown_method(service, method, methods));
        }
        let methods = self.methods.iter().map(|(name, config)| (Some(name.as_str()), config));
        for (method, config) in [(None, &self.every)].into_iter().chain(methods) {
            let problems = config.problems();
            if !problems.is_empty() {
                let subject = subject(&service.into(), method);
                return Err(ConfigError::Invalid { subject, problems });
            }
        }
        Ok(())
    }
}

impl Declaration {
    #[expect(clippy::large_types_passed_by_value, reason = "it is kept")]
    pub(crate) fn new(
        service: Service,
        origin: Origin,
        policies: PolicyConfig,
        overrides: Overrides,
        shared: Arc<Shared>,
    ) -> Result<Self, ConfigError> {
        // Every namespace that is given has at least one letter.
        let cache_namespace = Name::from("");
        let told = shared.overrides.get(service.name().as_str()).copied().unwrap_or_default();
        let layers = Layers::new(origin, policies)
            .builder(overrides.every, PolicyConfig::new())
            .registry(told);
        let policies = policies.resolved();
        let (config, budget) = (layers.config(), layers.budget().map(|(budget, _)| budget));
        let declaration = Self { service, policies, layers, overrides, shared, cache_namespace };
        // A conflict shows here even if no method uses what the trait declares.
        declaration.check(None, &config)?;
        declaration.service.guards().declare_shared(&config, budget, &declaration.site(None))?;
        Ok(declaration)
    }

    /// Keeps the answers on disk of the methods that are declared from now on apart from those of others with the same
    /// service and name.
    pub fn cache_namespace(mut self, namespace: &str) -> Self {
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
        let told = self.overrides.methods.get(name).copied().unwrap_or_default();
        let layers = self.layers.clone().method(own).builder(self.overrides.every, told);
        let (config, own, told) = (layers.config(), own.resolved(), told.resolved());
        self.check(Some(name), &config)?;
        let settings = config.settings();
        let method = self.service.method_or_new(name);
        let (shared_site, own_site) = (self.site(None), self.site(Some(&method)));
        // A method that overrides a parameter, or has it overridden by the builder, has a guard of its own; one that only
        // refines what counts shares the service's.
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
                let overrides = gives(own.breaker.as_on(), &nothing)
                    || gives(told.breaker.as_on(), &BreakerConfig::new());
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
                let overrides = gives(own.rate.as_on(), &nothing)
                    || gives(told.rate.as_on(), &RateConfig::new());
                let (guards, site) = at(overrides);
                Some(guards.declare_limiters(rate, site)?)
            }
        };
        let bulkhead = match settings.bulkhead {
            None => None,
            Some(bulkhead) => {
                let nothing = BulkheadConfig::new();
                let overrides =
                    gives(own.bulkhead.as_on(), &nothing) || gives(told.bulkhead.as_on(), &nothing);
                let (guards, site) = at(overrides);
                Some(guards.declare_bulkhead(bulkhead, site)?)
            }
        };
        let budget = match layers.budget() {
            None => None,
            Some((budget, own)) => {
                let (guards, site) = at(own);
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
        let layers = Arc::new(layers);
        method.declared(Arc::clone(&layers));
        let latencies = follows_latencies(&settings).then(|| method.latencies());
        let stretch = settings.retry.and_then(|retry| method.stretch(&retry));
        Ok(Pipeline::new(pipeline::Inner {
            digest: Digest::of(&settings),
            latencies,
            stretch,
            counters: method.counters(),
            seeds: Arc::clone(&self.shared.seeds),
            load: Arc::clone(&self.shared.load),
            subject,
            layers,
            settings: Box::new(pipeline::Settings::from(&settings)),
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

    fn check(&self, method: Option<&str>, config: &PolicyConfig) -> Result<(), ConfigError> {
        // A trait may give half of a policy that its methods complete.
        let problems = if method.is_some() { config.final_problems() } else { config.problems() };
        if problems.is_empty() {
            return Ok(());
        }
        Err(ConfigError::Invalid { subject: subject(self.service.name(), method), problems })
    }
}

/// Whether a layer gives any parameter of a policy.
fn gives<T: PartialEq>(layer: Option<&T>, nothing: &T) -> bool {
    layer.is_some_and(|layer| layer != nothing)
}
