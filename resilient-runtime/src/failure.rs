use std::{fmt, time::Duration};

use crate::Name;

/// What a fallback receives: the error that ended the call, and where and after how much it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure<E> {
    /// The error: the method's own, or one made from a [`Rejection`](crate::Rejection).
    pub error: E,
    /// The service that was called.
    pub service: Name,
    /// The method that was called.
    pub method: Name,
    /// How many times the method was really called; 0 when a policy rejected the call at once.
    pub attempts: u32,
    /// How long the call took, waits included.
    pub elapsed: Duration,
}

impl<E: fmt::Display> fmt::Display for Failure<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { error, service, method, attempts, elapsed } = self;
        write!(f, "{service}.{method} failed after {attempts} attempt(s) in {elapsed:?}: {error}")
    }
}
