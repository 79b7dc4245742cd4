use std::fmt;

use resilient_policy::{Origin, PolicyConfig};

use crate::{ConfigError, Declaration, Registry, declaration::Overrides};

/// Configures a decorator: what `ResilientScoutApi::builder(inner)` returns. `B` is `Option<T>` where a fallback of the
/// trait has the rung `backup`, and nothing where none has.
///
/// ```
/// use std::time::Duration;
/// use resilient_runtime::{CacheConfig, PolicyConfig, Registry};
/// # use resilient_runtime::{Rejection, resilient};
/// # #[resilient(cache = "5m")]
/// # trait ScoutApi { async fn balance(&self) -> Result<u32, Rejection>; }
/// # struct HttpScout(u32);
/// # impl ScoutApi for HttpScout { async fn balance(&self) -> Result<u32, Rejection> { Ok(self.0) } }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let registry = Registry::new();
/// let short = CacheConfig::new().memory(Duration::from_secs(10));
/// let scout = ResilientScoutApi::builder(HttpScout(42))
///     .registry(&registry)
///     .cache_namespace("account-42")
///     .configure_method("balance", PolicyConfig::new().cache(short))
///     .build()?;
/// assert_eq!(scout.balance().await, Ok(42));
/// # Ok(()) }
/// ```
#[must_use = "build the decorator"]
pub struct DecoratorBuilder<T, D, B = ()> {
    inner: T,
    methods: &'static [&'static str],
    assemble: fn(T, BuildContext<B>) -> Result<D, ConfigError>,
    registry: Option<Registry>,
    cache_namespace: Option<String>,
    overrides: Overrides,
    backup: B,
}

impl<T, D, B: Default> DecoratorBuilder<T, D, B> {
    /// Called by the expansion of the attribute: `methods` are those that have policies, and `assemble` declares the
    /// service and them.
    pub fn new(
        inner: T,
        methods: &'static [&'static str],
        assemble: fn(T, BuildContext<B>) -> Result<D, ConfigError>,
    ) -> Self {
        Self {
            inner,
            methods,
            assemble,
            registry: None,
            cache_namespace: None,
            overrides: Overrides::default(),
            backup: B::default(),
        }
    }
}

impl<T, D, B> DecoratorBuilder<T, D, B> {
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

    /// Changes parameters of the policies of every method, over what the attributes say and below what
    /// [`RegistryBuilder::configure`](crate::RegistryBuilder::configure) says: whoever runs the program has the last
    /// word. A policy can also be switched off. Policies that an attribute does not name cannot be added: for them
    /// this says nothing.
    ///
    /// What all methods of a service share (breaker, rate, bulkhead, budget) is shared by all its decorators too: two
    /// that change it in different ways are a [`ConfigError::Conflict`].
    pub fn configure(mut self, over: PolicyConfig) -> Self {
        self.overrides.every = self.overrides.every.overlaid(&over);
        self
    }

    /// Changes parameters of the policies of one method, over what [`configure`](Self::configure) says. Where they are
    /// parameters of its breaker, rate, bulkhead or budget, the method has one of its own, as if its attribute had given
    /// them.
    pub fn configure_method(mut self, method: impl Into<String>, over: PolicyConfig) -> Self {
        let config = self.overrides.methods.entry(method.into()).or_default();
        *config = config.overlaid(&over);
        self
    }

    /// The implementation that the rung `backup` of a fallback asks, of the same type as the one that is decorated: with
    /// `Arc<dyn Trait>`, any other. Where none is given, the rung is skipped.
    ///
    /// [The guide](crate::guide::fallback#the-chain) has an example. It does not compile where no method's fallback has the
    /// rung.
    pub fn backup(mut self, backup: T) -> Self
    where
        B: TakesBackup<T>,
    {
        self.backup.take(backup);
        self
    }

    /// Puts the policies around the client.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Conflict`] where the service was declared before in the registry with another breaker, rate, bulkhead
    /// or budget, [`ConfigError::Invalid`] where the policies were changed to what cannot work,
    /// [`ConfigError::UnknownMethod`] where [`configure_method`](Self::configure_method) names no method that has
    /// policies, and [`ConfigError::CacheNamespace`] where the namespace is empty.
    pub fn build(self) -> Result<D, ConfigError> {
        let context = BuildContext {
            registry: self.registry.unwrap_or_else(|| Registry::global().clone()),
            cache_namespace: self.cache_namespace,
            methods: self.methods,
            origin: Origin::Trait,
            overrides: self.overrides,
            backup: self.backup,
        };
        (self.assemble)(self.inner, context)
    }
}

impl<T: fmt::Debug, D, B: fmt::Debug> fmt::Debug for DecoratorBuilder<T, D, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecoratorBuilder")
            .field("inner", &self.inner)
            .field("registry", &self.registry)
            .field("cache_namespace", &self.cache_namespace)
            .field("configured", &self.overrides)
            .field("backup", &self.backup)
            .finish_non_exhaustive()
    }
}

/// What takes the implementation that [`DecoratorBuilder::backup`] is given.
#[diagnostic::on_unimplemented(
    message = "no fallback of this trait asks for a `backup`",
    label = "nobody would ask it",
    note = "write the rung in the attribute, such as `fallback = backup` or `fallback(stale, backup)`"
)]
pub trait TakesBackup<T> {
    /// Keeps it.
    fn take(&mut self, backup: T);
}

#[diagnostic::do_not_recommend]
impl<T> TakesBackup<T> for Option<T> {
    fn take(&mut self, backup: T) {
        *self = Some(backup);
    }
}

/// What a [`DecoratorBuilder`] was told, for the decorator that it builds.
#[derive(Debug)]
pub struct BuildContext<B = ()> {
    pub(crate) registry: Registry,
    pub(crate) cache_namespace: Option<String>,
    pub(crate) methods: &'static [&'static str],
    pub(crate) origin: Origin,
    pub(crate) overrides: Overrides,
    pub(crate) backup: B,
}

impl<B> BuildContext<B> {
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
        let namespace = self.cache_namespace.as_deref();
        // Before anything is declared: a service must not keep what was refused.
        if namespace.is_some_and(|namespace| namespace.trim().is_empty()) {
            return Err(ConfigError::CacheNamespace { subject: service.to_owned() });
        }
        self.overrides.check(service, self.methods)?;
        let overrides = self.overrides.clone();
        let declaration = self.registry.declare_as(service, self.origin, policies, overrides)?;
        Ok(match namespace {
            Some(namespace) => declaration.cache_namespace(namespace),
            None => declaration,
        })
    }

    /// The implementation that the rung `backup` asks, if one was given.
    pub fn into_backup(self) -> B {
        self.backup
    }
}
