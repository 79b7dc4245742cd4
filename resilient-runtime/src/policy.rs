use crate::{BreakerConfig, CacheConfig, Classify, RateConfig, RetryConfig, TimeoutConfig};
use crate::{
    ConfigError, FailureOf, Key, Outcome, Pipeline, PolicyConfig, Registry, Service,
    config_error::subject,
    outcome::{CacheValue, DiskValue, FromRejection, fallible, storable},
};

/// The pipeline by hand, for calls that are no method of a trait.
///
/// ```
/// use std::time::Duration;
/// use resilient_runtime::{BreakerConfig, Policy, Rejection, RetryConfig};
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = Policy::builder("prices")
///     .breaker(BreakerConfig::new().threshold(3).recovery(Duration::from_secs(30)))
///     .retry(RetryConfig::new().max(2))
///     .build()?;
/// let price = policy.call(async || Ok::<_, Rejection>(180)).await;
/// assert_eq!(price, Ok(180));
/// # Ok(()) }
/// ```
///
/// Policies of one name in one registry share their breaker and their rate limit; cheap to clone.
#[derive(Debug, Clone)]
pub struct Policy {
    service: Service,
    pipeline: Pipeline,
}

impl Policy {
    /// Configures the policy of a service.
    pub fn builder(service: impl Into<String>) -> PolicyBuilder {
        PolicyBuilder {
            service: service.into(),
            method: "call".to_owned(),
            config: PolicyConfig::new(),
            registry: None,
        }
    }

    /// The service.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Calls `operation` under the policies, once for each attempt.
    ///
    /// # Errors
    ///
    /// The operation's own, or one made from a [`Rejection`](crate::Rejection).
    pub async fn call<R, F>(&self, mut operation: F) -> R
    where
        R: Outcome,
        R::Error: FromRejection + Classify,
        F: AsyncFnMut() -> R,
    {
        let mut call = self.pipeline.begin(fallible::<R>());
        while let Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(operation()).await;
            call.settle(outcome);
        }
        call.finish()
    }

    /// Like [`call`](Self::call), but looks for the answer in the cache first, under `key`.
    ///
    /// # Errors
    ///
    /// As for [`call`](Self::call).
    pub async fn call_cached<R, F>(&self, key: Key, mut operation: F) -> R
    where
        R: Outcome,
        R::Value: CacheValue + DiskValue,
        R::Error: FromRejection + Classify,
        F: AsyncFnMut() -> R,
    {
        let mut call = self.pipeline.begin(fallible::<R>());
        call.lookup(storable::<R>(), key).await;
        while let Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(operation()).await;
            call.settle(outcome);
        }
        call.finish()
    }

    /// Like [`call`](Self::call), but asks `fallback` when the call fails.
    ///
    /// # Errors
    ///
    /// The fallback's.
    pub async fn call_or<R, F, B>(&self, mut operation: F, fallback: B) -> R
    where
        R: Outcome,
        R::Error: FromRejection + Classify,
        F: AsyncFnMut() -> R,
        B: AsyncFnOnce(FailureOf<R>) -> R,
    {
        let mut call = self.pipeline.begin(fallible::<R>());
        while let Some(attempt) = call.next_attempt().await {
            let outcome = attempt.run(operation()).await;
            call.settle(outcome);
        }
        if let Some(failure) = call.failure() {
            let outcome = fallback(failure).await;
            call.recover(outcome);
        }
        call.finish()
    }
}

/// Configures a [`Policy`].
#[derive(Debug)]
#[must_use = "build the policy"]
pub struct PolicyBuilder {
    service: String,
    method: String,
    config: PolicyConfig,
    registry: Option<Registry>,
}

impl PolicyBuilder {
    /// The name of the operation in events, snapshots and cache keys ("call").
    pub fn method(mut self, name: impl Into<String>) -> Self {
        self.method = name.into();
        self
    }

    /// The registry that the service lives in (the global one).
    pub fn registry(mut self, registry: &Registry) -> Self {
        self.registry = Some(registry.clone());
        self
    }

    /// Everything at once, over what was said before.
    pub fn config(mut self, config: PolicyConfig) -> Self {
        self.config = self.config.overlaid(&config);
        self
    }

    /// Adds a circuit breaker.
    pub fn breaker(self, breaker: BreakerConfig) -> Self {
        self.config(PolicyConfig::new().breaker(breaker))
    }

    /// Adds retry.
    pub fn retry(self, retry: RetryConfig) -> Self {
        self.config(PolicyConfig::new().retry(retry))
    }

    /// Adds a rate limit.
    pub fn rate(self, rate: RateConfig) -> Self {
        self.config(PolicyConfig::new().rate(rate))
    }

    /// Adds a cache, for [`Policy::call_cached`].
    pub fn cache(self, cache: CacheConfig) -> Self {
        self.config(PolicyConfig::new().cache(cache))
    }

    /// Adds timeouts.
    pub fn timeout(self, timeout: TimeoutConfig) -> Self {
        self.config(PolicyConfig::new().timeout(timeout))
    }

    /// Builds the policy.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] where a parameter is out of its range or at odds with another one,
    /// [`ConfigError::Conflict`] where the service was declared before with another breaker or rate.
    pub fn build(self) -> Result<Policy, ConfigError> {
        let problems = self.config.final_problems();
        if !problems.is_empty() {
            // Before anything is declared: a service must not keep what was refused.
            let subject = subject(&self.service.as_str().into(), Some(&self.method));
            return Err(ConfigError::Invalid { subject, problems });
        }
        let registry = self.registry.as_ref().unwrap_or_else(|| Registry::global());
        let declaration = registry.declare(&self.service, self.config)?;
        let pipeline = declaration.method(&self.method, PolicyConfig::new())?;
        Ok(Policy { service: declaration.service(), pipeline })
    }
}
