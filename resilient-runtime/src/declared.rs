//! What an attribute on an `impl` block or a function declares in the global registry, when it is first used.

use std::{fmt, ops::Deref, sync::OnceLock};

use resilient_policy::PolicyConfig;

use crate::{ConfigError, Pipeline, Registry};

/// The pipelines of an `impl` block.
///
/// # Panics
///
/// On the first use, and on each one until it is mended, where the service was declared before in the registry with other
/// parameters of its breaker, rate, bulkhead or budget, or where the registry was told to change them to what cannot work.
pub struct Declared<T> {
    declare: fn(&Registry) -> Result<T, ConfigError>,
    declared: OnceLock<T>,
}

impl<T> Declared<T> {
    /// Called by the expansion of the attribute.
    pub const fn new(declare: fn(&Registry) -> Result<T, ConfigError>) -> Self {
        Self { declare, declared: OnceLock::new() }
    }
}

impl<T> Deref for Declared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        get_or_declare(&self.declared, || (self.declare)(Registry::global()))
    }
}

impl<T: fmt::Debug> fmt::Debug for Declared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.declared.fmt(f)
    }
}

/// The pipeline of a function.
///
/// # Panics
///
/// As [`Declared`].
pub struct DeclaredPipeline {
    service: &'static str,
    function: &'static str,
    policies: fn() -> PolicyConfig,
    cache_namespace: &'static str,
    declared: OnceLock<Pipeline>,
}

impl DeclaredPipeline {
    /// Called by the expansion of the attribute.
    pub const fn new(
        service: &'static str,
        function: &'static str,
        policies: fn() -> PolicyConfig,
    ) -> Self {
        Self::cached(service, function, "", policies)
    }

    /// One whose answers on disk are kept apart from those of functions of the same name elsewhere: `cache_namespace` is the
    /// module that it stands in.
    pub const fn cached(
        service: &'static str,
        function: &'static str,
        cache_namespace: &'static str,
        policies: fn() -> PolicyConfig,
    ) -> Self {
        Self { service, function, policies, cache_namespace, declared: OnceLock::new() }
    }
}

impl Deref for DeclaredPipeline {
    type Target = Pipeline;

    fn deref(&self) -> &Pipeline {
        get_or_declare(&self.declared, || {
            let declaration = Registry::global().declare(self.service, (self.policies)())?;
            let declaration = declaration.cache_namespace(self.cache_namespace);
            declaration.method(self.function, PolicyConfig::new())
        })
    }
}

impl fmt::Debug for DeclaredPipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeclaredPipeline")
            .field("service", &self.service)
            .field("function", &self.function)
            .finish_non_exhaustive()
    }
}

// Not a `LazyLock`: after a panic it says that it is poisoned, and no longer why.
fn get_or_declare<T>(
    declared: &OnceLock<T>,
    declare: impl FnOnce() -> Result<T, ConfigError>,
) -> &T {
    declared.get_or_init(|| match declare() {
        Ok(declared) => declared,
        Err(error) => panic!("{error}"),
    })
}

/// What an attempt's block returns, said where nobody ever comes: a block of Rust has no other way to name its type.
///
/// # Panics
///
/// Where it is reached after all.
pub fn unreached<R>() -> R {
    unreachable!("it stands behind `if false`")
}
