//! What the pipeline needs to know of a method's return type.
//!
//! The expansion names a *witness*, such as [`fallible`], with the method's own return type and passes its result on.
//! The bounds stand on these free functions alone, so that an unmet one is one error, at the user's type, in our words.

use std::{marker::PhantomData, time::Duration};

use crate::{Classify, ErrorKind, Rejection};

/// A return type that can fail: `Result<T, E>`, under whatever alias.
#[diagnostic::on_unimplemented(
    message = "a resilient method must return a `Result`",
    label = "not a `Result`",
    note = "a policy can only act on a method that says whether it failed; write `#[resilient(skip)]` on it to pass it straight through"
)]
pub trait Outcome: Sized {
    /// What the method returns when it succeeds.
    type Value;
    /// What it returns when it fails.
    type Error;

    /// The outcome as the plain result that it is.
    #[expect(clippy::missing_errors_doc, reason = "the result is not this function's own")]
    fn into_result(self) -> Result<Self::Value, Self::Error>;
    /// The outcome as a borrowed result.
    #[expect(clippy::missing_errors_doc, reason = "the result is not this function's own")]
    fn as_result(&self) -> Result<&Self::Value, &Self::Error>;
    /// The outcome that a plain result is.
    fn from_result(result: Result<Self::Value, Self::Error>) -> Self;
}

impl<T, E> Outcome for Result<T, E> {
    type Value = T;
    type Error = E;

    fn into_result(self) -> Result<T, E> {
        self
    }

    fn as_result(&self) -> Result<&T, &E> {
        self.as_ref()
    }

    fn from_result(result: Result<T, E>) -> Self {
        result
    }
}

/// An error that one of our rejections can be turned into.
#[diagnostic::on_unimplemented(
    message = "a rejection by a policy cannot become `{Self}`",
    label = "add `impl From<resilient_runtime::Rejection> for {Self}`",
    note = "an open breaker, a used-up rate limit and a timeout reach the caller as the method's own error"
)]
pub trait FromRejection {
    /// The error that says `rejection`.
    fn from_rejection(rejection: Rejection) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<Rejection>> FromRejection for E {
    fn from_rejection(rejection: Rejection) -> Self {
        rejection.into()
    }
}

/// The error type of a return type: `FailureOf<R>` is what a fallback of a method that returns `R` receives.
pub type FailureOf<R> = crate::Failure<<R as Outcome>::Error>;

/// The value of a return type: what a plain fallback of a method that returns `R` gives.
pub type ValueOf<R> = <R as Outcome>::Value;

/// Whether an argument of the type `T` can be passed on more than once. Implemented for [`Arguments`].
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be passed on a second time",
    label = "needs `Clone`",
    note = "a retry and a fallback need the argument again; add `#[derive(Clone)]` to the type, take it by reference, or write `#[resilient(retry = off)]` on the method"
)]
pub trait Again<T> {
    /// The argument once more.
    fn again(argument: &T) -> T;
}

/// The arguments of a method.
#[derive(Debug)]
pub struct Arguments;

#[diagnostic::do_not_recommend]
impl<T: Clone> Again<T> for Arguments {
    fn again(argument: &T) -> T {
        argument.clone()
    }
}

/// The argument once more.
pub fn again<T>(argument: &T) -> T
where
    Arguments: Again<T>,
{
    Arguments::again(argument)
}

/// What the pipeline makes of one outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Success,
    Error {
        kind: ErrorKind,
        retry_after: Option<Duration>,
        retryable: bool,
        /// Whether the breaker counts it.
        counted: bool,
        /// Whether the request certainly never reached the service.
        unsent: bool,
    },
}

/// What decides in the place of an error's kind.
pub(crate) type Predicate<E> = fn(&E) -> bool;

/// The witness that a return type can fail, be rejected and be judged. Made by [`fallible`].
pub struct Fallible<R, E> {
    pub(crate) reject: fn(Rejection) -> R,
    pub(crate) judge: fn(&R, Option<Predicate<E>>) -> Verdict,
    pub(crate) split: fn(R) -> Result<R, E>,
    pub(crate) failed: fn(&R) -> bool,
    pub(crate) retry_when: Option<Predicate<E>>,
}

impl<R, E> Fallible<R, E> {
    pub(crate) fn judge(&self, outcome: &R) -> Verdict {
        (self.judge)(outcome, self.retry_when)
    }

    /// The verdict on a timeout that `outcome` stands for: it is the service's failure, whatever the error's kind
    /// says, and worth a retry unless the user's own predicate denies that.
    pub(crate) fn judge_timeout(&self, outcome: &R) -> Verdict {
        let denied = self.retry_when.is_some()
            && matches!(self.judge(outcome), Verdict::Error { retryable: false, .. });
        Verdict::Error {
            kind: ErrorKind::Timeout,
            retry_after: None,
            retryable: !denied,
            counted: true,
            unsent: false,
        }
    }
}

impl<R, E> Clone for Fallible<R, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, E> Copy for Fallible<R, E> {}

impl<R, E> std::fmt::Debug for Fallible<R, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fallible").finish_non_exhaustive()
    }
}

/// Shows that a method which returns `R` can be rejected (`From<Rejection>`) and judged (`Classify`).
pub const fn fallible<R>() -> Fallible<R, R::Error>
where
    R: Outcome,
    R::Error: FromRejection + Classify,
{
    Fallible {
        reject: |rejection| R::from_result(Err(R::Error::from_rejection(rejection))),
        judge: |outcome, retry_when| match outcome.as_result() {
            Ok(_) => Verdict::Success,
            Err(error) => judge_error(error, retry_when),
        },
        split: |outcome| outcome.into_result().map(|value| R::from_result(Ok(value))),
        failed: |outcome| outcome.as_result().is_err(),
        retry_when: None,
    }
}

fn judge_error<E: Classify>(error: &E, retry_when: Option<Predicate<E>>) -> Verdict {
    let rejection = error.rejection();
    let kind = rejection.map_or_else(|| error.kind(), Rejection::kind);
    let retryable = match retry_when {
        Some(predicate) => predicate(error),
        None => error.is_retryable() && !matches!(rejection, Some(Rejection::BreakerOpen { .. })),
    };
    Verdict::Error {
        kind,
        retry_after: error.retry_after().or_else(|| rejection.and_then(Rejection::retry_after)),
        retryable,
        counted: rejection.is_none() && error.counts_as_failure(),
        unsent: error.is_unsent(),
    }
}

/// The witness that a method's value can be kept. Made by [`cacheable`] or [`storable`].
pub struct Cacheable<R> {
    pub(crate) codec: Codec,
    pub(crate) keep: fn(&R) -> Option<Kept>,
    pub(crate) serve: fn(&Kept) -> Option<R>,
    _outcome: PhantomData<fn() -> R>,
}

/// A value as the cache holds it, whatever its type.
pub(crate) type Kept = std::sync::Arc<dyn std::any::Any + Send + Sync>;

/// How a value is written to disk and read back, where it can be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Codec {
    /// The type's name, which goes into the record: a value of another type is a miss.
    pub(crate) type_name: &'static str,
    #[cfg_attr(not(feature = "disk"), expect(dead_code, reason = "only the disk tier reads it"))]
    pub(crate) disk: Option<DiskCodec>,
}

#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "disk"), expect(dead_code, reason = "only the disk tier reads these"))]
pub(crate) struct DiskCodec {
    pub(crate) encode: fn(&Kept) -> Result<Vec<u8>, rmp_serde::encode::Error>,
    pub(crate) decode: fn(&[u8]) -> Result<Kept, rmp_serde::decode::Error>,
}

impl<R> Clone for Cacheable<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Cacheable<R> {}

impl<R> std::fmt::Debug for Cacheable<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cacheable").field("type", &self.codec.type_name).finish_non_exhaustive()
    }
}

/// A value that the memory tier of a cache can hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be kept in a cache",
    label = "needs `Clone`, and `Send + Sync + 'static`",
    note = "add `#[derive(Clone)]` to the type, or write `#[resilient(cache = off)]` on the method"
)]
pub trait CacheValue: Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + Sync + 'static> CacheValue for T {}

/// A value that the disk tier of a cache can hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be kept in a cache on disk",
    label = "needs serde's `Serialize` and `Deserialize`",
    note = "add `#[derive(serde::Serialize, serde::Deserialize)]` to the type, switch on the serde feature of the crate it comes from, or leave `disk` out of `cache(...)`"
)]
pub trait DiskValue: serde::Serialize + serde::de::DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: serde::Serialize + serde::de::DeserializeOwned> DiskValue for T {}

const fn kept<R>(codec: Codec) -> Cacheable<R>
where
    R: Outcome,
    R::Value: CacheValue,
{
    Cacheable {
        codec,
        keep: |outcome| {
            outcome.as_result().ok().map(|value| std::sync::Arc::new(value.clone()) as Kept)
        },
        serve: |kept| {
            kept.downcast_ref::<R::Value>().map(|value| R::from_result(Ok(value.clone())))
        },
        _outcome: PhantomData,
    }
}

/// Shows that the value in `R` can be kept in memory (`Clone`).
pub fn cacheable<R>() -> Cacheable<R>
where
    R: Outcome,
    R::Value: CacheValue,
{
    kept(Codec { type_name: std::any::type_name::<R::Value>(), disk: None })
}

/// Shows that the value in `R` can be kept in memory (`Clone`) and on disk (serde).
pub fn storable<R>() -> Cacheable<R>
where
    R: Outcome,
    R::Value: CacheValue + DiskValue,
{
    let disk = DiskCodec {
        encode: |kept| match kept.downcast_ref::<R::Value>() {
            Some(value) => rmp_serde::to_vec_named(value),
            None => Err(rmp_serde::encode::Error::Syntax("a value of another type".to_owned())),
        },
        decode: |bytes| {
            rmp_serde::from_slice::<R::Value>(bytes).map(|value| std::sync::Arc::new(value) as Kept)
        },
    };
    kept(Codec { type_name: std::any::type_name::<R::Value>(), disk: Some(disk) })
}
