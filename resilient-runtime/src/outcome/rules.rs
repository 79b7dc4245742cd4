//! What a caller says of values and errors, and what that makes of an outcome.

use std::time::Duration;

use crate::{Classify, ErrorKind, Rejection};

/// What the pipeline makes of one outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Success,
    /// A value that the user's own rules find fault with: one that says `failure`, or that is not ready yet.
    Value {
        /// Whether the breaker counts it as a failure.
        failure: bool,
        /// Whether it is asked for again.
        again: bool,
    },
    Error {
        kind: ErrorKind,
        retry_after: Option<Duration>,
        retryable: bool,
        /// Whether the breaker counts it.
        counted: bool,
        /// Whether the request certainly never reached the service.
        unsent: bool,
        /// Whether the service itself asked for fewer requests.
        throttled: bool,
        /// Whether the request was turned away, by the service or by a policy on its way.
        refused: bool,
    },
}

/// A function that says whether something holds of an error or a value.
type Predicate<T> = fn(&T) -> bool;
/// What a caller says of the values and the errors of a call. Where nothing is said, an error's
/// [kind](ErrorKind) decides, and every value is a success.
pub struct Rules<V, E> {
    pub(super) breaker_ignore: Option<Predicate<E>>,
    breaker_when: Option<Predicate<E>>,
    failure_if: Option<Predicate<V>>,
    pub(super) retry_except: Option<Predicate<E>>,
    pub(super) retry_when: Option<Predicate<E>>,
    retry_if: Option<Predicate<V>>,
    pub(super) cache_if: Option<Predicate<V>>,
    pub(super) weight: Option<fn(&V) -> u64>,
    pub(super) before_retry: Option<fn(&Retrying<'_, E>)>,
}

/// What a retry's hook is told, when the retry is decided and before its delay.
#[derive(Debug)]
#[non_exhaustive]
pub struct Retrying<'a, E> {
    /// The service.
    pub service: &'a crate::Name,
    /// The method.
    pub method: &'a crate::Name,
    /// The number of the attempt that will follow; 2 for the first retry.
    pub attempt: u32,
    /// How long it waits before that.
    pub delay: Duration,
    /// What the attempt before ended with; `None` where its value was not ready.
    pub error: Option<&'a E>,
}

impl<V, E> Rules<V, E> {
    /// Errors for which `predicate` holds count as nothing to the breaker, whatever else is said of them.
    #[must_use]
    pub const fn breaker_ignore(mut self, predicate: fn(&E) -> bool) -> Self {
        self.breaker_ignore = Some(predicate);
        self
    }

    /// Exactly the errors for which `predicate` holds count as failures to the breaker, whatever their kind says.
    /// Rejections by our own policies never do.
    #[must_use]
    pub const fn breaker_when(mut self, predicate: fn(&E) -> bool) -> Self {
        self.breaker_when = Some(predicate);
        self
    }

    /// Values for which `predicate` holds count as failures to the breaker, such as an answer of 200 with an error
    /// inside. The caller gets them all the same, and no cache keeps them.
    #[must_use]
    pub const fn failure_if(mut self, predicate: fn(&V) -> bool) -> Self {
        self.failure_if = Some(predicate);
        self
    }

    /// Errors for which `predicate` holds are not retried, whatever else is said of them.
    #[must_use]
    pub const fn retry_except(mut self, predicate: fn(&E) -> bool) -> Self {
        self.retry_except = Some(predicate);
        self
    }

    /// Exactly the errors for which `predicate` holds are retried, whatever their kind says.
    #[must_use]
    pub const fn retry_when(mut self, predicate: fn(&E) -> bool) -> Self {
        self.retry_when = Some(predicate);
        self
    }

    /// Values for which `predicate` holds are asked for again, such as an answer of 202 that is not ready yet. Where no
    /// attempt is left the caller gets the last one; no cache keeps them.
    #[must_use]
    pub const fn retry_if(mut self, predicate: fn(&V) -> bool) -> Self {
        self.retry_if = Some(predicate);
        self
    }

    /// Only values for which `predicate` holds are kept in the cache. Those who wait for one that is not kept each make a
    /// call of their own.
    #[must_use]
    pub const fn cache_if(mut self, predicate: fn(&V) -> bool) -> Self {
        self.cache_if = Some(predicate);
        self
    }

    /// What a value weighs in a cache with a [`max_weight`](crate::CacheConfig::max_weight) (1).
    #[must_use]
    pub const fn weight(mut self, weight: fn(&V) -> u64) -> Self {
        self.weight = Some(weight);
        self
    }

    /// Tells `hook` of each retry, when it is decided and before its delay.
    #[must_use]
    pub const fn before_retry(mut self, hook: fn(&Retrying<'_, E>)) -> Self {
        self.before_retry = Some(hook);
        self
    }

    pub(super) const NONE: Self = Self {
        breaker_ignore: None,
        breaker_when: None,
        failure_if: None,
        retry_except: None,
        retry_when: None,
        retry_if: None,
        cache_if: None,
        weight: None,
        before_retry: None,
    };

    pub(super) fn judge_value(&self, value: &V) -> Verdict {
        let holds = |predicate: Option<Predicate<V>>| predicate.is_some_and(|holds| holds(value));
        match (holds(self.failure_if), holds(self.retry_if)) {
            (false, false) => Verdict::Success,
            (failure, again) => Verdict::Value { failure, again },
        }
    }

    pub(super) fn judge_error(&self, error: &E) -> Verdict
    where
        E: Classify,
    {
        let holds = |predicate: Option<Predicate<E>>| predicate.is_some_and(|holds| holds(error));
        let rejection = error.rejection();
        let kind = rejection.map_or_else(|| error.kind(), Rejection::kind);
        let own_retryable = || match rejection {
            Some(Rejection::BreakerOpen { .. }) => false,
            Some(rejection) => rejection.kind().is_retryable(),
            None => error.is_retryable(),
        };
        Verdict::Error {
            kind,
            retry_after: error.retry_after().or_else(|| rejection.and_then(Rejection::retry_after)),
            retryable: !holds(self.retry_except)
                && self.retry_when.map_or_else(own_retryable, |holds| holds(error)),
            counted: rejection.is_none()
                && !holds(self.breaker_ignore)
                && self
                    .breaker_when
                    .map_or_else(|| error.counts_as_failure(), |holds| holds(error)),
            unsent: error.is_unsent(),
            throttled: rejection.is_none() && kind == ErrorKind::RateLimit,
            refused: kind == ErrorKind::RateLimit || rejection.is_some_and(Rejection::is_unsent),
        }
    }
}

impl<V, E> std::fmt::Debug for Rules<V, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rules").finish_non_exhaustive()
    }
}
