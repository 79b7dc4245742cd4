//! What protects a service, shared by its methods; or one method, where it overrides the service's.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use resilient_policy::{
    BreakerSettings, Budget, BulkheadSettings, PolicyConfig, RateConfig, RateSettings,
};

use crate::{
    BreakerSnapshot, BudgetSnapshot, BulkheadSnapshot, CircuitBreaker, ConfigError,
    KeyedRateSnapshot, Name, RateSnapshot,
    breaker::{KeyedBreakers, Owner},
    budget::RetryBudget,
    bulkhead::Bulkhead,
    clock::Moment,
    config_error::subject,
    outcome::BreakerKey,
    rate::{KeyedLimiters, RateLimiter},
    registry::Shared,
};

/// Each is made when it is first declared.
#[derive(Default)]
pub(crate) struct Guards {
    breakers: OnceLock<Breakers>,
    limiters: OnceLock<Limiters>,
    bulkhead: OnceLock<Bulkhead>,
    budget: OnceLock<(Budget, Option<Arc<RetryBudget>>)>,
}

/// The breaker that calls ask, or those.
#[derive(Clone)]
pub(crate) enum Breakers {
    One(CircuitBreaker),
    Keyed(Arc<KeyedBreakers>),
}

/// The rate limiter that calls ask, or those.
#[derive(Clone)]
pub(crate) enum Limiters {
    One(RateLimiter),
    Keyed(Arc<KeyedLimiters>),
}

/// A keyed circuit breaker that is not idle, at one moment.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct KeyedBreakerSnapshot {
    /// The key.
    pub key: Name,
    /// Its breaker.
    pub breaker: BreakerSnapshot,
}

/// Whose guards they are, and what they are made of.
pub(crate) struct Site<'a> {
    pub(crate) service: &'a Name,
    pub(crate) method: Option<&'a Name>,
    pub(crate) shared: &'a Shared,
}

impl Breakers {
    /// That of `key`, where they are keyed.
    pub(crate) fn of<K: BreakerKey + ?Sized>(&self, key: &K) -> Option<CircuitBreaker> {
        match self {
            Self::One(_) => None,
            Self::Keyed(breakers) => Some(key.with_text(|text| breakers.get(text))),
        }
    }

    fn settings(&self) -> &BreakerSettings {
        match self {
            Self::One(breaker) => breaker.settings(),
            Self::Keyed(breakers) => breakers.settings(),
        }
    }

    fn reset(&self) {
        match self {
            Self::One(breaker) => breaker.reset(),
            Self::Keyed(breakers) => breakers.reset(),
        }
    }
}

impl Limiters {
    /// That of `key`, where they are keyed.
    pub(crate) fn of<K: BreakerKey + ?Sized>(&self, key: &K) -> Option<RateLimiter> {
        match self {
            Self::One(_) => None,
            Self::Keyed(limiters) => Some(key.with_text(|text| limiters.get(text))),
        }
    }

    fn settings(&self) -> &RateSettings {
        match self {
            Self::One(limiter) => limiter.settings(),
            Self::Keyed(limiters) => limiters.settings(),
        }
    }
}

impl Guards {
    pub(crate) fn breaker(&self) -> Option<&CircuitBreaker> {
        match self.breakers.get()? {
            Breakers::One(breaker) => Some(breaker),
            Breakers::Keyed(_) => None,
        }
    }

    pub(crate) fn breaker_for(&self, key: &str) -> Option<CircuitBreaker> {
        self.breakers.get()?.of(key)
    }

    pub(crate) fn limiter(&self) -> Option<&RateLimiter> {
        match self.limiters.get()? {
            Limiters::One(limiter) => Some(limiter),
            Limiters::Keyed(_) => None,
        }
    }

    pub(crate) fn limiter_for(&self, key: &str) -> Option<RateLimiter> {
        self.limiters.get()?.of(key)
    }

    pub(crate) fn breakers(&self) -> Option<Breakers> {
        self.breakers.get().cloned()
    }

    pub(crate) fn budget(&self) -> Option<Arc<RetryBudget>> {
        self.budget.get().and_then(|(_, budget)| budget.clone())
    }

    /// A step to reset the breakers with, once no lock is held.
    pub(crate) fn resetting(&self) -> Option<impl FnOnce() + use<>> {
        self.breakers().map(|breakers| move || breakers.reset())
    }

    pub(crate) fn keyed_snapshot(&self) -> Vec<KeyedBreakerSnapshot> {
        let Some(Breakers::Keyed(breakers)) = self.breakers.get() else { return Vec::new() };
        let keyed = breakers.snapshot().into_iter();
        keyed.map(|(key, breaker)| KeyedBreakerSnapshot { key, breaker }).collect()
    }

    pub(crate) fn rate_snapshot(&self) -> Option<RateSnapshot> {
        self.limiter().map(RateLimiter::snapshot)
    }

    pub(crate) fn keyed_rate_snapshot(&self) -> Option<KeyedRateSnapshot> {
        match self.limiters.get()? {
            Limiters::One(_) => None,
            Limiters::Keyed(limiters) => Some(limiters.snapshot()),
        }
    }

    pub(crate) fn bulkhead_snapshot(&self) -> Option<BulkheadSnapshot> {
        self.bulkhead.get().map(Bulkhead::snapshot)
    }

    pub(crate) fn budget_snapshot(&self) -> Option<BudgetSnapshot> {
        self.budget().map(|budget| budget.snapshot(Moment::now()))
    }

    /// The breaker or breakers of these settings, made now or shared with those who declared the same before.
    pub(crate) fn declare_breakers(
        &self,
        settings: BreakerSettings,
        site: &Site<'_>,
    ) -> Result<Breakers, ConfigError> {
        let breakers = self.breakers.get_or_init(|| {
            let owner =
                Owner { service: site.service.clone(), method: site.method.cloned(), key: None };
            let (seeds, heard) = (&site.shared.seeds, Arc::clone(&site.shared.listeners));
            if settings.keyed {
                let breakers = KeyedBreakers::new(owner, settings, Arc::clone(seeds), heard);
                Breakers::Keyed(Arc::new(breakers))
            } else {
                Breakers::One(CircuitBreaker::new(owner, settings, seeds.next(), heard))
            }
        });
        same("breaker", site, breakers.settings(), &settings)?;
        Ok(breakers.clone())
    }

    /// The limiter or limiters of these settings, made now or shared with those who declared the same before.
    pub(crate) fn declare_limiters(
        &self,
        settings: RateSettings,
        site: &Site<'_>,
    ) -> Result<Limiters, ConfigError> {
        let limiters = self.limiters.get_or_init(|| {
            let service = site.service.clone();
            if settings.keyed {
                Limiters::Keyed(Arc::new(KeyedLimiters::new(service, settings)))
            } else {
                Limiters::One(RateLimiter::new(service, settings))
            }
        });
        same("rate", site, limiters.settings(), &settings)?;
        Ok(limiters.clone())
    }

    pub(crate) fn declare_bulkhead(
        &self,
        settings: BulkheadSettings,
        site: &Site<'_>,
    ) -> Result<Bulkhead, ConfigError> {
        let bulkhead =
            self.bulkhead.get_or_init(|| Bulkhead::new(settings, site.shared.seeds.next()));
        same("bulkhead", site, bulkhead.settings(), &settings)?;
        Ok(bulkhead.clone())
    }

    pub(crate) fn declare_budget(
        &self,
        budget: Budget,
        site: &Site<'_>,
    ) -> Result<Option<Arc<RetryBudget>>, ConfigError> {
        let (declared, shared) =
            self.budget.get_or_init(|| (budget, RetryBudget::new(budget).map(Arc::new)));
        same("retry(budget)", site, declared, &budget)?;
        Ok(shared.clone())
    }

    /// Declares everything that the methods of a service have in common.
    pub(crate) fn declare_shared(
        &self,
        config: &PolicyConfig,
        budget: Option<Budget>,
        site: &Site<'_>,
    ) -> Result<(), ConfigError> {
        let settings = config.settings();
        let scope = resilient_policy::Scope::Service;
        if let Some(breaker) = settings.breaker.filter(|breaker| breaker.scope == scope) {
            self.declare_breakers(breaker, site)?;
        }
        // A trait may give half of a policy, for its methods to complete.
        if let Some(rate) = config.rate.as_on().filter(|rate| rate.limit.is_some()) {
            self.declare_limiters(RateConfig::settings(rate), site)?;
        }
        let whole = config.bulkhead.as_on().filter(|b| b.max.is_some() || b.adaptive.is_some());
        if let Some(bulkhead) = whole {
            self.declare_bulkhead(bulkhead.settings(), site)?;
        }
        if let Some(budget) = budget {
            self.declare_budget(budget, site)?;
        }
        Ok(())
    }
}

fn same<T: PartialEq + fmt::Debug>(
    policy: &'static str,
    site: &Site<'_>,
    first: &T,
    second: &T,
) -> Result<(), ConfigError> {
    if first == second {
        return Ok(());
    }
    let (first, second) = (format!("{first:?}"), format!("{second:?}"));
    let subject = subject(site.service, site.method.map(Name::as_str));
    Err(ConfigError::Conflict { subject, policy, first, second })
}
