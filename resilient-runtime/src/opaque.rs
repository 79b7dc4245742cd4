//! A shared value into which the compiler need not look.

use std::{fmt, ops::Deref, sync::Arc};

/// An [`Arc`] of what is `Send` and `Sync`, and says so by itself. Whoever proves it of a decorator (each trait, and each
/// generic caller that spawns) would otherwise go through every type below, those of other crates included. A step to the
/// value is a virtual call, so it stands where a call does not come by, or has far to go.
pub(crate) struct Opaque<T>(Arc<dyn Holds<T>>);

trait Holds<T>: Send + Sync {
    fn held(&self) -> &T;
}

impl<T: Send + Sync> Holds<T> for T {
    fn held(&self) -> &T {
        self
    }
}

impl<T: Send + Sync + 'static> From<Arc<T>> for Opaque<T> {
    fn from(value: Arc<T>) -> Self {
        Self(value)
    }
}

impl<T> Clone for Opaque<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for Opaque<T> {
    type Target = T;

    fn deref(&self) -> &T {
        (*self.0).held()
    }
}

impl<T: fmt::Debug> fmt::Debug for Opaque<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
