use std::{fmt, future::Future};

use crate::{
    Call, CircuitBreaker, Failure, Key, Pipeline, Priority, RateLimiter,
    outcome::{BreakerKey, Cacheable, Fallible},
};

/// One call of a [`Policy`](crate::Policy), prepared with [`Policy::with`](crate::Policy::with). It begins, and its time runs,
/// when its future is first polled; where it blocks, when it is called.
#[must_use = "nothing happens until it is called"]
pub struct PolicyCall<'p, R, V, E> {
    pipeline: &'p Pipeline,
    rules: Fallible<R, V, E>,
    breaker: Option<CircuitBreaker>,
    limiter: Option<RateLimiter>,
    priority: Option<Priority>,
    pub(super) cached: Option<(Cacheable<R>, Key)>,
}

// Not `async fn`, which would hold the call twice: as its argument, and as what it makes of that.
#[expect(clippy::manual_async_fn, reason = "half as large")]
impl<'p, R, V, E> PolicyCall<'p, R, V, E> {
    pub(super) fn new(pipeline: &'p Pipeline, rules: Fallible<R, V, E>) -> Self {
        Self { pipeline, rules, breaker: None, limiter: None, priority: None, cached: None }
    }

    /// Asks the breaker of `key`, where the policy's breaker is [keyed](crate::BreakerConfig::keyed).
    pub fn breaker_for<K: BreakerKey + ?Sized>(mut self, key: &K) -> Self {
        self.breaker = self.pipeline.inner().breaker_for(key);
        self
    }

    /// Asks the rate limiter of `key`, where the policy's limiter is [keyed](crate::RateConfig::keyed).
    pub fn rate_for<K: BreakerKey + ?Sized>(mut self, key: &K) -> Self {
        self.limiter = self.pipeline.inner().limiter_for(key);
        self
    }

    /// Waits for the rate limiter with this priority, whatever [`with_priority`](crate::with_priority) says.
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = Some(priority);
        self
    }

    /// Looks for the answer in the cache first, under `key`: with [`cacheable`](crate::cacheable) in memory alone, with
    /// [`storable`](crate::storable) on disk too.
    pub fn cached(mut self, value: Cacheable<R>, key: Key) -> Self {
        self.cached = Some((value, key));
        self
    }

    /// Calls `operation`, once for each attempt.
    pub fn call<F>(mut self, mut operation: F) -> impl Future<Output = R>
    where
        F: AsyncFnMut() -> R,
    {
        async move {
            let mut call = self.begin();
            self.drive(&mut call, &mut operation).await;
            call.finish()
        }
    }

    /// Calls `operation`, and asks `fallback` when the call fails.
    pub fn call_or<F, B>(mut self, mut operation: F, fallback: B) -> impl Future<Output = R>
    where
        F: AsyncFnMut() -> R,
        B: AsyncFnOnce(Failure<E>) -> R,
    {
        async move {
            let mut call = self.begin();
            self.drive(&mut call, &mut operation).await;
            if let Some(failure) = call.failure() {
                call.recover(fallback(failure).await);
            }
            call.finish()
        }
    }

    /// Calls `request`, once for each attempt and for each hedge.
    pub fn call_hedged<M, F>(mut self, request: M) -> impl Future<Output = R>
    where
        M: Fn() -> F,
        F: Future<Output = R>,
    {
        async move {
            let mut call = self.begin();
            self.drive_hedged(&mut call, &request).await;
            call.finish()
        }
    }

    /// Calls `request`, once for each attempt and for each hedge, and asks `fallback` when the call fails.
    pub fn call_hedged_or<M, F, B>(mut self, request: M, fallback: B) -> impl Future<Output = R>
    where
        M: Fn() -> F,
        F: Future<Output = R>,
        B: AsyncFnOnce(Failure<E>) -> R,
    {
        async move {
            let mut call = self.begin();
            self.drive_hedged(&mut call, &request).await;
            if let Some(failure) = call.failure() {
                call.recover(fallback(failure).await);
            }
            call.finish()
        }
    }

    // Where it is driven, and not before: a call that is handed on is moved as a whole.
    #[inline]
    pub(super) fn begin(&mut self) -> Call<'p, R, V, E> {
        let mut call = self.pipeline.begin(self.rules);
        call.prepare(self.breaker.take(), self.limiter.take(), self.priority);
        call
    }

    fn drive<'c, F>(
        &'c mut self,
        call: &'c mut Call<'p, R, V, E>,
        operation: &'c mut F,
    ) -> impl Future<Output = ()> + use<'c, 'p, R, V, E, F>
    where
        F: AsyncFnMut() -> R,
    {
        async move {
            if let Some((value, key)) = self.cached.take() {
                call.lookup(value, key).await;
            }
            while let Some(attempt) = call.next_attempt().await {
                let outcome = attempt.run(operation()).await;
                call.settle(outcome);
            }
            call.stale().await;
        }
    }

    fn drive_hedged<'c, M, F>(
        &'c mut self,
        call: &'c mut Call<'p, R, V, E>,
        request: &'c M,
    ) -> impl Future<Output = ()> + use<'c, 'p, R, V, E, M, F>
    where
        M: Fn() -> F,
        F: Future<Output = R>,
    {
        async move {
            if let Some((value, key)) = self.cached.take() {
                call.lookup(value, key).await;
            }
            while let Some(attempt) = call.next_attempt().await {
                call.race(attempt, request).await;
            }
            call.stale().await;
        }
    }
}

impl<R, V, E> fmt::Debug for PolicyCall<'_, R, V, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyCall")
            .field("pipeline", &self.pipeline)
            .field("priority", &self.priority)
            .finish_non_exhaustive()
    }
}
