use std::sync::Arc;

use resilient_policy::{BreakerConfig, BulkheadConfig, PolicyConfig, RateConfig, Scope};

use crate::{
    ConfigError, Method, Pipeline, Service,
    cache::Cache,
    config_error::subject,
    events::Subject,
    guards::{Guards, Site},
    pipeline::{self, Recent},
    registry::Shared,
};

/// A service whose methods are being declared, with the policies that they have in common.
#[derive(Debug)]
#[must_use = "declare the service's methods with it"]
pub struct Declaration {
    service: Service,
    policies: PolicyConfig,
    shared: Arc<Shared>,
}

impl Declaration {
    pub(crate) fn new(
        service: Service,
        policies: PolicyConfig,
        shared: Arc<Shared>,
    ) -> Result<Self, ConfigError> {
        let declaration = Self { service, policies, shared };
        // A conflict shows here even if no method uses what the trait declares.
        let config = declaration.adjusted(&declaration.policies);
        declaration.check(None, &config)?;
        declaration.service.guards().declare_shared(&config, &declaration.site(None))?;
        Ok(declaration)
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
        let site = self.site(Some(&method));
        // A method that overrides a parameter has a guard of its own; one that only refines what counts shares the
        // service's.
        let guards = |own: bool| -> &Guards {
            if own { method.guards() } else { self.service.guards() }
        };
        let site_of = |own: bool| if own { &site } else { &self.site(None) };
        let breaker = match settings.breaker {
            None => None,
            Some(breaker) => {
                let overrides = gives(own.breaker.as_on(), &BreakerConfig::new());
                let own = overrides || breaker.scope == Scope::Method;
                Some(guards(own).declare_breakers(breaker, site_of(own))?)
            }
        };
        let limiter = match settings.rate {
            None => None,
            Some(rate) => {
                let own = gives(own.rate.as_on(), &RateConfig::new());
                Some(guards(own).declare_limiter(rate, site_of(own))?)
            }
        };
        let bulkhead = match settings.bulkhead {
            None => None,
            Some(bulkhead) => {
                let own = gives(own.bulkhead.as_on(), &BulkheadConfig::new());
                Some(guards(own).declare_bulkhead(bulkhead, site_of(own))?)
            }
        };
        let budget = match config.budget() {
            None => None,
            Some(budget) => {
                let own = own.retry.as_on().is_some_and(|retry| retry.budget.is_some())
                    || own.hedge.as_on().is_some_and(|hedge| hedge.budget.is_some());
                guards(own).declare_budget(budget, site_of(own))?
            }
        };
        let subject =
            Subject { service: self.service.name().clone(), method: method.name().clone() };
        let cache = settings.cache.map(|cache| {
            let disk = cache.disk.and_then(|_| self.shared.disk_tier(&subject));
            Cache::new(cache, disk)
        });
        Ok(Pipeline::new(pipeline::Inner {
            recent: Recent::new(&settings, || method.latencies()),
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
