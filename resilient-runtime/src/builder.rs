use std::fmt;

use resilient_policy::PolicyConfig;

use crate::{ConfigError, Declaration, Registry};

/// Configures a decorator: what `ResilientScoutApi::builder(inner)` returns.
///
/// ```
/// # use resilient_runtime::{Registry, Rejection, resilient};
/// # #[resilient(cache = "5m")]
/// # trait ScoutApi { async fn balance(&self) -> Result<u32, Rejection>; }
/// # struct HttpScout(u32);
/// # impl ScoutApi for HttpScout { async fn balance(&self) -> Result<u32, Rejection> { Ok(self.0) } }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let registry = Registry::new();
/// let scout = ResilientScoutApi::builder(HttpScout(42))
///     .registry(&registry)
///     .cache_namespace("account-42")
///     .build()?;
/// assert_eq!(scout.balance().await, Ok(42));
/// # Ok(()) }
/// ```
#[must_use = "build the decorator"]
pub struct DecoratorBuilder<T, D> {
    inner: T,
    assemble: fn(T, &BuildContext) -> Result<D, ConfigError>,
    registry: Option<Registry>,
    cache_namespace: Option<String>,
}

impl<T, D> DecoratorBuilder<T, D> {
    /// Called by the expansion of the attribute: `assemble` declares the service and its methods.
    pub fn new(inner: T, assemble: fn(T, &BuildContext) -> Result<D, ConfigError>) -> Self {
        Self { inner, assemble, registry: None, cache_namespace: None }
    }

    /// The registry that the service lives in (the global one).
    pub fn registry(mut self, registry: &Registry) -> Self {
        self.registry = Some(registry.clone());
        self
    }

    /// Keeps the cached answers of this decorator apart from those of decorators with another namespace, or with none:
    /// the name of whoever is logged in, or of the server that is asked.
    ///
    /// Memory belongs to one decorator and its clones anyway; on disk, answers are found again by decorators with the same
    /// namespace, service and method.
    pub fn cache_namespace(mut self, namespace: impl Into<String>) -> Self {
        self.cache_namespace = Some(namespace.into());
        self
    }

    /// Puts the policies around the client.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Conflict`] where the service was declared before in the registry with another breaker, rate, bulkhead
    /// or budget, [`ConfigError::Invalid`] where the registry was told to change the policies to what cannot work, and
    /// [`ConfigError::CacheNamespace`] where the namespace is empty.
    pub fn build(self) -> Result<D, ConfigError> {
        let registry = self.registry.unwrap_or_else(|| Registry::global().clone());
        let context = BuildContext { registry, cache_namespace: self.cache_namespace };
        (self.assemble)(self.inner, &context)
    }
}

impl<T: fmt::Debug, D> fmt::Debug for DecoratorBuilder<T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecoratorBuilder")
            .field("inner", &self.inner)
            .field("registry", &self.registry)
            .field("cache_namespace", &self.cache_namespace)
            .finish_non_exhaustive()
    }
}

/// What a [`DecoratorBuilder`] was told, for the decorator that it builds.
#[derive(Debug)]
pub struct BuildContext {
    pub(crate) registry: Registry,
    pub(crate) cache_namespace: Option<String>,
}

impl BuildContext {
    /// Declares the decorator's service, with the policies that its methods have in common.
    ///
    /// # Errors
    ///
    /// As for [`DecoratorBuilder::build`].
    pub fn declare(
        &self,
        service: &str,
        policies: PolicyConfig,
    ) -> Result<Declaration, ConfigError> {
        match &self.cache_namespace {
            // Before anything is declared: a service must not keep what was refused.
            Some(namespace) if namespace.trim().is_empty() => {
                Err(ConfigError::CacheNamespace { subject: service.to_owned() })
            }
            Some(namespace) => {
                Ok(self.registry.declare(service, policies)?.cache_namespace(namespace))
            }
            None => self.registry.declare(service, policies),
        }
    }
}
