mod blocking;
mod call;

use std::future::Future;

pub use self::call::PolicyCall;
use crate::{
    BreakerConfig, BuildContext, BulkheadConfig, CacheConfig, Classify, ConfigError, Explanation,
    FailureOf, HedgeConfig, Key, Origin, Outcome, Pipeline, PolicyConfig, Preset, Provenance,
    RateConfig, Registry, RetryConfig, Service, TimeoutConfig,
    config_error::subject,
    declaration::Overrides,
    outcome::{CacheValue, DiskValue, Fallible, FromRejection, fallible, storable},
    traced,
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
/// Policies of one name in one registry share their breaker, rate limit, bulkhead and budget; cheap to clone.
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
            cache_namespace: None,
        }
    }

    /// The service.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Calls `operation` under the policies, once for each attempt.
    ///
    /// A hedge sends a request while another one is out, which an operation that may change what it captures cannot do:
    /// see [`call_hedged`](Self::call_hedged).
    ///
    /// # Errors
    ///
    /// The operation's own, or one made from a [`Rejection`](crate::Rejection).
    pub async fn call<R, F>(&self, operation: F) -> R
    where
        R: Outcome,
        R::Error: FromRejection + Classify,
        F: AsyncFnMut() -> R,
    {
        self.with(fallible::<R>()).call(operation).await
    }

    /// Like [`call`](Self::call), and sends hedges where the policy says so. A call that blocks cannot: its thread is in the
    /// first request.
    ///
    /// # Errors
    ///
    /// As for [`call`](Self::call).
    pub async fn call_hedged<R, M, F>(&self, request: M) -> R
    where
        R: Outcome,
        R::Error: FromRejection + Classify,
        M: Fn() -> F,
        F: Future<Output = R>,
    {
        self.with(fallible::<R>()).call_hedged(request).await
    }

    /// Like [`call`](Self::call), but looks for the answer in the cache first, under `key`.
    ///
    /// # Errors
    ///
    /// As for [`call`](Self::call).
    pub async fn call_cached<R, F>(&self, key: Key, operation: F) -> R
    where
        R: Outcome,
        R::Value: CacheValue + DiskValue,
        R::Error: FromRejection + Classify,
        F: AsyncFnMut() -> R,
    {
        self.with(fallible::<R>()).cached(storable::<R>(), key).call(operation).await
    }

    /// Like [`call`](Self::call), and tells where the value came from. [`traced`] does the same around every other call.
    pub async fn call_traced<R, F>(&self, operation: F) -> (R, Provenance)
    where
        R: Outcome,
        R::Error: FromRejection + Classify,
        F: AsyncFnMut() -> R,
    {
        traced(self.call(operation)).await
    }

    /// Like [`call`](Self::call), but asks `fallback` when the call fails.
    ///
    /// # Errors
    ///
    /// The fallback's.
    pub async fn call_or<R, F, B>(&self, operation: F, fallback: B) -> R
    where
        R: Outcome,
        R::Error: FromRejection + Classify,
        F: AsyncFnMut() -> R,
        B: AsyncFnOnce(FailureOf<R>) -> R,
    {
        self.with(fallible::<R>()).call_or(operation, fallback).await
    }

    /// What holds of its calls, and where each value comes from: a default, a preset, the builder or the registry.
    ///
    /// ```
    /// use resilient_runtime::{Policy, Registry, RetryConfig};
    ///
    /// let policy = Policy::builder("prices")
    ///     .retry(RetryConfig::new().max(2))
    ///     .registry(&Registry::new())
    ///     .build()?;
    /// println!("{}", policy.explain());
    /// let retry = &policy.explain().methods[0].parameters[0];
    /// assert_eq!((retry.parameter, &*retry.value), ("max", "2"));
    /// assert_eq!(retry.origin.to_string(), "builder");
    /// # Ok::<(), resilient_runtime::ConfigError>(())
    /// ```
    pub fn explain(&self) -> Explanation {
        Explanation::new(self.service.name().as_str(), [self.pipeline.explain()])
    }

    /// Forgets the cached answer for `key`, in memory and on disk. A load that is under way does not bring it back.
    pub fn invalidate(&self, key: &Key) {
        self.pipeline.invalidate(key);
    }

    /// Forgets every cached answer, in memory and on disk.
    pub fn invalidate_all(&self) {
        self.pipeline.invalidate_all();
    }

    /// Prepares a call with rules for its errors and values, a breaker's key, or a place in the cache.
    pub fn with<R, V, E>(&self, rules: Fallible<R, V, E>) -> PolicyCall<'_, R, V, E> {
        PolicyCall::new(&self.pipeline, rules)
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
    cache_namespace: Option<String>,
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

    /// Keeps the cached answers of this policy apart from those of policies with another namespace, or with none.
    pub fn cache_namespace(mut self, namespace: impl Into<String>) -> Self {
        self.cache_namespace = Some(namespace.into());
        self
    }

    /// Everything at once, over what was said before.
    pub fn config(mut self, config: PolicyConfig) -> Self {
        // Kept below both, so that it is known what came from it.
        let preset = self.config.preset.take();
        self.config = self.config.overlaid(&config);
        self.config.preset = preset;
        self
    }

    /// Adds the policies of a preset, below what was said before.
    pub fn preset(mut self, preset: Preset) -> Self {
        if self.config.preset.is_some() {
            // The one before is among what was said.
            self.config = self.config.resolved();
        }
        self.config.preset = Some(preset);
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

    /// Adds a bulkhead.
    pub fn bulkhead(self, bulkhead: BulkheadConfig) -> Self {
        self.config(PolicyConfig::new().bulkhead(bulkhead))
    }

    /// Adds hedging, for [`Policy::call_hedged`].
    pub fn hedge(self, hedge: HedgeConfig) -> Self {
        self.config(PolicyConfig::new().hedge(hedge))
    }

    /// Builds the policy.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] where a parameter is out of its range or at odds with another one,
    /// [`ConfigError::Conflict`] where the service was declared before with another breaker, rate, bulkhead or budget,
    /// [`ConfigError::CacheNamespace`] where the namespace is empty.
    pub fn build(self) -> Result<Policy, ConfigError> {
        let problems = self.config.final_problems();
        if !problems.is_empty() {
            // Before anything is declared: a service must not keep what was refused.
            let subject = subject(&self.service.as_str().into(), Some(&self.method));
            return Err(ConfigError::Invalid { subject, problems });
        }
        let registry = self.registry.unwrap_or_else(|| Registry::global().clone());
        let context = BuildContext {
            registry,
            cache_namespace: self.cache_namespace,
            methods: &[],
            origin: Origin::Builder,
            overrides: Overrides::default(),
            backup: (),
        };
        let declaration = context.declare(&self.service, self.config)?;
        let pipeline = declaration.method(&self.method, PolicyConfig::new())?;
        Ok(Policy { service: declaration.service(), pipeline })
    }
}
