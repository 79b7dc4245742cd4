//! The same calls for operations that block their thread.

use super::{Policy, PolicyCall};
use crate::{
    Call, Classify, Failure, FailureOf, Key, Outcome, Provenance,
    outcome::{CacheValue, DiskValue, FromRejection, fallible, storable},
    traced_blocking,
};

impl Policy {
    /// Calls `operation` under the policies, once for each attempt, and blocks this thread meanwhile: in the operation, and
    /// in whatever a policy waits for. Needs no runtime; inside of one it belongs in
    /// [`spawn_blocking`](tokio::task::spawn_blocking). [All about it](crate::guide::blocking).
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use resilient_runtime::{Policy, Rejection, RetryConfig};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let policy = Policy::builder("prices")
    ///     .retry(RetryConfig::new().max(2).base(Duration::from_millis(1)))
    ///     .build()?;
    /// let mut attempts = 0;
    /// let price = policy.call_blocking(|| {
    ///     attempts += 1;
    ///     if attempts == 1 { Err(std::io::ErrorKind::ConnectionReset.into()) } else { Ok::<_, std::io::Error>(180) }
    /// });
    /// assert_eq!((price?, attempts), (180, 2));
    /// # Ok(()) }
    /// ```
    ///
    /// A timeout does not end an operation that blocks; what it answers too late is a timeout. And it sends no hedges: a
    /// hedge is a second request while the first one is out, and this thread is in the first.
    ///
    /// # Errors
    ///
    /// The operation's own, or one made from a [`Rejection`](crate::Rejection).
    pub fn call_blocking<R, F>(&self, operation: F) -> R
    where
        R: Outcome,
        R::Error: FromRejection + Classify,
        F: FnMut() -> R,
    {
        self.with(fallible::<R>()).call_blocking(operation)
    }

    /// Like [`call_blocking`](Self::call_blocking), but looks for the answer in the cache first, under `key`.
    ///
    /// Tasks and threads load together: of all calls for one key, by [`call_cached`](Self::call_cached) or by this, one
    /// loads and the others wait.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use resilient_runtime::{CacheConfig, Key, Policy, Rejection};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let prices = Policy::builder("prices").cache(CacheConfig::new().memory(Duration::from_secs(60))).build()?;
    /// let mut loads = 0;
    /// for _ in 0..3 {
    ///     let price = prices.call_cached_blocking(Key::new().part("Divine Orb"), || {
    ///         loads += 1;
    ///         Ok::<_, Rejection>(180)
    ///     });
    ///     assert_eq!(price, Ok(180));
    /// }
    /// assert_eq!(loads, 1);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`call_blocking`](Self::call_blocking).
    pub fn call_cached_blocking<R, F>(&self, key: Key, operation: F) -> R
    where
        R: Outcome,
        R::Value: CacheValue + DiskValue,
        R::Error: FromRejection + Classify,
        F: FnMut() -> R,
    {
        self.with(fallible::<R>()).cached(storable::<R>(), key).call_blocking(operation)
    }

    /// Like [`call_blocking`](Self::call_blocking), and tells where the value came from. [`traced_blocking`] does the same
    /// around every other call.
    ///
    /// ```
    /// # use resilient_runtime::{Policy, Provenance, Rejection};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let policy = Policy::builder("prices").build()?;
    /// let (price, provenance) = policy.call_traced_blocking(|| Ok::<_, Rejection>(180));
    /// assert_eq!(price, Ok(180));
    /// assert!(matches!(provenance, Provenance::Live { attempts: 1, .. }));
    /// # Ok(()) }
    /// ```
    pub fn call_traced_blocking<R, F>(&self, operation: F) -> (R, Provenance)
    where
        R: Outcome,
        R::Error: FromRejection + Classify,
        F: FnMut() -> R,
    {
        traced_blocking(|| self.call_blocking(operation))
    }

    /// Like [`call_blocking`](Self::call_blocking), but asks `fallback` when the call fails.
    ///
    /// ```
    /// # use resilient_runtime::{Policy, Rejection};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let policy = Policy::builder("prices").build()?;
    /// let price = policy.call_or_blocking(
    ///     || Err::<u32, _>(std::io::Error::other("down")),
    ///     |failure| Ok(failure.attempts),
    /// );
    /// assert_eq!(price?, 1);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// The fallback's.
    pub fn call_or_blocking<R, F, B>(&self, operation: F, fallback: B) -> R
    where
        R: Outcome,
        R::Error: FromRejection + Classify,
        F: FnMut() -> R,
        B: FnOnce(FailureOf<R>) -> R,
    {
        self.with(fallible::<R>()).call_or_blocking(operation, fallback)
    }
}

impl<'p, R, V, E> PolicyCall<'p, R, V, E> {
    /// Calls `operation`, once for each attempt, and blocks this thread meanwhile. See [`Policy::call_blocking`].
    pub fn call_blocking<F>(mut self, operation: F) -> R
    where
        F: FnMut() -> R,
    {
        let mut call = self.begin();
        self.drive_blocking(&mut call, operation);
        call.finish()
    }

    /// Calls `operation`, and asks `fallback` when the call fails. Both block this thread.
    pub fn call_or_blocking<F, B>(mut self, operation: F, fallback: B) -> R
    where
        F: FnMut() -> R,
        B: FnOnce(Failure<E>) -> R,
    {
        let mut call = self.begin();
        self.drive_blocking(&mut call, operation);
        if let Some(failure) = call.failure() {
            call.recover(fallback(failure));
        }
        call.finish()
    }

    fn drive_blocking<F>(&mut self, call: &mut Call<'p, R, V, E>, mut operation: F)
    where
        F: FnMut() -> R,
    {
        if let Some((value, key)) = self.cached.take() {
            call.lookup_blocking(value, key);
        }
        while let Some(attempt) = call.next_attempt_blocking() {
            let outcome = attempt.run_blocking(&mut operation);
            call.settle(outcome);
        }
        call.stale_blocking();
    }
}
