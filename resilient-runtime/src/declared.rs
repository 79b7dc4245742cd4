use std::{fmt, ops::Deref, sync::OnceLock};

use crate::{ConfigError, Registry};

/// What an attribute on an `impl` block or a function declares in the global registry, when it is first used.
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
        // Not a `LazyLock`: after a panic it says that it is poisoned, and no longer why.
        self.declared.get_or_init(|| match (self.declare)(Registry::global()) {
            Ok(declared) => declared,
            Err(error) => panic!("{error}"),
        })
    }
}

impl<T: fmt::Debug> fmt::Debug for Declared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.declared.fmt(f)
    }
}

/// What an attempt's block returns, said where nobody ever comes: a block of Rust has no other way to name its type.
///
/// # Panics
///
/// Where it is reached after all.
pub fn unreached<R>() -> R {
    unreachable!("it stands behind `if false`")
}
