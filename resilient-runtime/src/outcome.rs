//! What the pipeline needs to know of a method's return type.
//!
//! The expansion names a *witness*, such as [`fallible`], with the method's own return type and passes its result on.
//! The bounds stand on these free functions alone, so that an unmet one is one error, at the user's type, in our words.

use std::time::Duration;

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
    note = "a retry, a hedge and a fallback need the argument again; add `#[derive(Clone)]` to the type, take it by reference, or switch the policy off on the method, such as `#[resilient(retry = off)]`"
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

/// What a breaker or a rate limiter of a service with many can be named by: anything that can be shown as text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a breaker or a rate limit",
    label = "needs `Display`",
    note = "each key has one of its own, told apart and shown by its text; give a part that has one, such as a host's name"
)]
pub trait BreakerKey: std::fmt::Display {
    /// Gives the text to `use_it`; short texts cost no allocation.
    #[doc(hidden)]
    fn with_text<T>(&self, use_it: impl FnOnce(&str) -> T) -> T {
        use std::io::Write as _;
        let mut text = smallvec::SmallVec::<[u8; 64]>::new();
        // Writing to memory does not fail; a `Display` that says it did is taken by what it wrote.
        let _ = write!(text, "{self}");
        use_it(&String::from_utf8_lossy(&text))
    }
}

#[diagnostic::do_not_recommend]
impl<T: std::fmt::Display + ?Sized> BreakerKey for T {}

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
pub(crate) type Predicate<T> = fn(&T) -> bool;

/// The witness that a return type can fail, be rejected and be judged, with the rules of the judgement. Made by
/// [`fallible`].
///
/// Without rules an error's [kind](ErrorKind) decides whether the breaker counts it and whether it is retried, and every
/// value is a success.
///
/// ```
/// use resilient_runtime::{Policy, Rejection, RetryConfig, fallible};
///
/// fn is_pending(status: &u16) -> bool {
///     *status == 202
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = Policy::builder("jobs").retry(RetryConfig::new().max(3)).build()?;
/// let mut answers = [202, 202, 200].into_iter();
/// let status = policy
///     .with(fallible::<Result<u16, Rejection>>().rules(|rules| rules.retry_if(is_pending)))
///     .call(async || Ok(answers.next().unwrap_or(404)))
///     .await;
/// assert_eq!(status, Ok(200));
/// # Ok(()) }
/// ```
pub struct Fallible<R, V, E> {
    // Functions and not what they return: every call holds a copy, and its future is larger by it.
    witness: fn() -> Witness<R, V, E>,
    rules: Option<RulesOf<V, E>>,
}

/// Adds the caller's rules to none.
type RulesOf<V, E> = fn(Rules<V, E>) -> Rules<V, E>;

/// What is known of a return type.
struct Witness<R, V, E> {
    reject: fn(Rejection) -> R,
    judge: fn(&R, &Rules<V, E>) -> Verdict,
    split: fn(R) -> Result<R, E>,
    error: fn(&R) -> Option<&E>,
    value: fn(&R) -> Option<&V>,
}

/// What a caller says of the values and the errors of a call. Where nothing is said, an error's
/// [kind](ErrorKind) decides, and every value is a success.
pub struct Rules<V, E> {
    breaker_ignore: Option<Predicate<E>>,
    breaker_when: Option<Predicate<E>>,
    failure_if: Option<Predicate<V>>,
    retry_except: Option<Predicate<E>>,
    retry_when: Option<Predicate<E>>,
    retry_if: Option<Predicate<V>>,
    cache_if: Option<Predicate<V>>,
    weight: Option<fn(&V) -> u64>,
    before_retry: Option<fn(&Retrying<'_, E>)>,
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

    const NONE: Self = Self {
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

    fn judge_value(&self, value: &V) -> Verdict {
        let holds = |predicate: Option<Predicate<V>>| predicate.is_some_and(|holds| holds(value));
        match (holds(self.failure_if), holds(self.retry_if)) {
            (false, false) => Verdict::Success,
            (failure, again) => Verdict::Value { failure, again },
        }
    }

    fn judge_error(&self, error: &E) -> Verdict
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

impl<R, V, E> Fallible<R, V, E> {
    /// Judges by rules. The function must not capture anything, so that no call carries its rules along.
    #[must_use]
    pub const fn rules(mut self, rules: fn(Rules<V, E>) -> Rules<V, E>) -> Self {
        self.rules = Some(rules);
        self
    }

    /// The outcome that a rejection is to the caller.
    pub(crate) fn reject(&self, rejection: Rejection) -> R {
        ((self.witness)().reject)(rejection)
    }

    /// The outcome, or the error that it is.
    pub(crate) fn split(&self, outcome: R) -> Result<R, E> {
        ((self.witness)().split)(outcome)
    }

    fn error<'r>(&self, outcome: &'r R) -> Option<&'r E> {
        ((self.witness)().error)(outcome)
    }

    pub(crate) fn failed(&self, outcome: &R) -> bool {
        self.error(outcome).is_some()
    }

    pub(crate) fn judge(&self, outcome: &R) -> Verdict {
        ((self.witness)().judge)(outcome, &self.given())
    }

    /// Whether a value may be kept in the cache.
    pub(crate) fn may_keep(&self, outcome: &R) -> bool {
        self.given()
            .cache_if
            .is_none_or(|holds| ((self.witness)().value)(outcome).is_some_and(holds))
    }

    /// What a value weighs in the cache.
    pub(crate) fn weigh(&self, outcome: &R) -> u64 {
        let weight = self.given().weight;
        weight.zip(((self.witness)().value)(outcome)).map_or(1, |(weight, value)| weight(value))
    }

    /// Tells the hook of a retry, if there is one.
    pub(crate) fn tell_retry(
        &self,
        outcome: &R,
        subject: &crate::events::Subject,
        attempt: u32,
        delay: Duration,
    ) {
        if let Some(hook) = self.given().before_retry {
            let error = self.error(outcome);
            let (service, method) = (&subject.service, &subject.method);
            hook(&Retrying { service, method, attempt, delay, error });
        }
    }

    /// The verdict on a timeout that `outcome` stands for: it is the service's failure, whatever the error's kind
    /// says, and worth a retry unless the user's own rules deny that.
    pub(crate) fn judge_timeout(&self, outcome: &R) -> Verdict {
        let given = self.given();
        let denied = (given.retry_when.is_some() || given.retry_except.is_some())
            && matches!(self.judge(outcome), Verdict::Error { retryable: false, .. });
        Verdict::Error {
            kind: ErrorKind::Timeout,
            retry_after: None,
            retryable: !denied,
            // A hanging service must trip the breaker, whatever `breaker_when` names; to ignore it takes a word.
            counted: !given
                .breaker_ignore
                .is_some_and(|ignored| self.error(outcome).is_some_and(ignored)),
            unsent: false,
            throttled: false,
            refused: false,
        }
    }

    fn given(&self) -> Rules<V, E> {
        self.rules.map_or(Rules::NONE, |rules| rules(Rules::NONE))
    }
}

impl<R, V, E> Clone for Fallible<R, V, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, V, E> Copy for Fallible<R, V, E> {}

impl<R, V, E> std::fmt::Debug for Fallible<R, V, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fallible").finish_non_exhaustive()
    }
}

/// Shows that a method which returns `R` can be rejected (`From<Rejection>`) and judged (`Classify`).
pub const fn fallible<R>() -> Fallible<R, R::Value, R::Error>
where
    R: Outcome,
    R::Error: FromRejection + Classify,
{
    Fallible {
        witness: || Witness {
            reject: |rejection| R::from_result(Err(R::Error::from_rejection(rejection))),
            judge: |outcome, rules| match outcome.as_result() {
                Ok(value) => rules.judge_value(value),
                Err(error) => rules.judge_error(error),
            },
            split: |outcome| outcome.into_result().map(|value| R::from_result(Ok(value))),
            error: |outcome| outcome.as_result().err(),
            value: |outcome| outcome.as_result().ok(),
        },
        rules: None,
    }
}

/// The witness that a method's value can be kept. Made by [`cacheable`] or [`storable`].
pub struct Cacheable<R> {
    // A function and not what it returns: every call holds a copy, and its future is larger by it.
    keeping: fn() -> Keeping<R>,
}

/// An error in the cache, which must not be taken for a value of the same type.
struct Remembered<E>(E);

/// How a value goes into the cache and comes out of it.
struct Keeping<R> {
    codec: Codec,
    keep: fn(&R) -> Option<Kept>,
    serve: fn(&Kept) -> Option<R>,
    /// The same for errors, where they are remembered.
    errors: Option<Errors<R>>,
}

/// How an error goes into the cache and comes out of it.
struct Errors<R> {
    keep: fn(&R) -> Option<Kept>,
    serve: fn(&Kept) -> Option<R>,
}

impl<R> Cacheable<R> {
    pub(crate) fn codec(self) -> Codec {
        (self.keeping)().codec
    }

    pub(crate) fn keep(self, outcome: &R) -> Option<Kept> {
        ((self.keeping)().keep)(outcome)
    }

    pub(crate) fn serve(self, kept: &Kept) -> Option<R> {
        let keeping = (self.keeping)();
        (keeping.serve)(kept).or_else(|| (keeping.errors?.serve)(kept))
    }

    pub(crate) fn keep_error(self, outcome: &R) -> Option<Kept> {
        ((self.keeping)().errors?.keep)(outcome)
    }
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
        f.debug_struct("Cacheable").field("type", &self.codec().type_name).finish_non_exhaustive()
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

/// An error that the memory tier of a cache can hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be remembered by a cache",
    label = "needs `Clone`, and `Send + Sync + 'static`",
    note = "add `#[derive(Clone)]` to the type, or leave `negative` out of `cache(...)`"
)]
pub trait CacheError: Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<E: Clone + Send + Sync + 'static> CacheError for E {}

fn keeping<R>(disk: Option<DiskCodec>, errors: Option<Errors<R>>) -> Keeping<R>
where
    R: Outcome,
    R::Value: CacheValue,
{
    Keeping {
        codec: Codec { type_name: std::any::type_name::<R::Value>(), disk },
        keep: |outcome| {
            outcome.as_result().ok().map(|value| std::sync::Arc::new(value.clone()) as Kept)
        },
        serve: |kept| {
            kept.downcast_ref::<R::Value>().map(|value| R::from_result(Ok(value.clone())))
        },
        errors,
    }
}

fn on_disk<V: CacheValue + DiskValue>() -> DiskCodec {
    DiskCodec {
        encode: |kept| match kept.downcast_ref::<V>() {
            Some(value) => rmp_serde::to_vec_named(value),
            None => Err(rmp_serde::encode::Error::Syntax("a value of another type".to_owned())),
        },
        decode: |bytes| {
            rmp_serde::from_slice::<V>(bytes).map(|value| std::sync::Arc::new(value) as Kept)
        },
    }
}

fn errors<R>() -> Errors<R>
where
    R: Outcome,
    R::Error: CacheError,
{
    Errors {
        keep: |outcome| {
            let error = outcome.as_result().err()?;
            Some(std::sync::Arc::new(Remembered(error.clone())) as Kept)
        },
        serve: |kept| {
            let Remembered(error) = kept.downcast_ref::<Remembered<R::Error>>()?;
            Some(R::from_result(Err(error.clone())))
        },
    }
}

/// Shows that the value in `R` can be kept in memory (`Clone`).
pub const fn cacheable<R>() -> Cacheable<R>
where
    R: Outcome,
    R::Value: CacheValue,
{
    Cacheable { keeping: || keeping::<R>(None, None) }
}

/// Shows that the value in `R` can be kept in memory (`Clone`) and on disk (serde).
pub const fn storable<R>() -> Cacheable<R>
where
    R: Outcome,
    R::Value: CacheValue + DiskValue,
{
    Cacheable { keeping: || keeping::<R>(Some(on_disk::<R::Value>()), None) }
}

/// Like [`cacheable`], and shows that the error in `R` can be [remembered](crate::CacheConfig::negative).
pub const fn cacheable_result<R>() -> Cacheable<R>
where
    R: Outcome,
    R::Value: CacheValue,
    R::Error: CacheError,
{
    Cacheable { keeping: || keeping::<R>(None, Some(errors())) }
}

/// Like [`storable`], and shows that the error in `R` can be [remembered](crate::CacheConfig::negative).
pub const fn storable_result<R>() -> Cacheable<R>
where
    R: Outcome,
    R::Value: CacheValue + DiskValue,
    R::Error: CacheError,
{
    Cacheable { keeping: || keeping::<R>(Some(on_disk::<R::Value>()), Some(errors())) }
}
