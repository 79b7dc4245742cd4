use std::{fmt, sync::Arc};

use resilient_policy::PolicySettings;

use crate::{
    Call, CircuitBreaker, cache::Cache, counters::Counters, events::Subject, outcome::Fallible,
    rate::RateLimiter, rng::Seeds,
};

/// The policies of one method of one decorator, ready to run.
///
/// Cheap to clone: clones share everything. Two decorators of one service share its breaker, limiter and books. Each has
/// a memory tier of its own; what is on disk belongs to the service and the method.
#[derive(Clone)]
pub struct Pipeline(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) subject: Subject,
    pub(crate) settings: PolicySettings,
    pub(crate) breaker: Option<CircuitBreaker>,
    pub(crate) limiter: Option<RateLimiter>,
    pub(crate) cache: Option<Cache>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) seeds: Arc<Seeds>,
}

impl Pipeline {
    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    /// Begins a call of a method whose return type is `R`.
    pub fn begin<R, E>(&self, fallible: Fallible<R, E>) -> Call<'_, R, E> {
        Call::new(self, fallible)
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Subject { service, method } = &self.0.subject;
        f.debug_struct("Pipeline")
            .field("service", service)
            .field("method", method)
            .finish_non_exhaustive()
    }
}
