//! What the pipeline needs to know of a method's return type.
//!
//! The expansion names a *witness*, such as [`fallible`], with the method's own return type and passes its result on.
//! The bounds stand on these free functions alone, so that an unmet one is one error, at the user's type, in our words.

mod cacheable;
mod rules;

use std::time::Duration;

pub(crate) use self::cacheable::{Codec, Keeper, Kept};
pub(crate) use self::rules::Verdict;
pub use self::{
    cacheable::{
        CacheError, CacheValue, Cacheable, DiskValue, cacheable, cacheable_result, storable,
        storable_result,
    },
    rules::{Retrying, Rules},
};
use crate::{Classify, ErrorKind, Rejection};

/// A return type that can fail: `Result<T, E>`, under whatever alias.
#[diagnostic::on_unimplemented(
    message = "a resilient method must return a `Result`",
    label = "not a `Result`",
    note = "a policy can only act on what says whether it failed; write `#[resilient(skip)]` on a method to pass it straight through, and a future as `async fn`, `impl Future` or `Pin<Box<dyn Future>>`"
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
    /// Whether an outcome is no error. Beside the others, for it is asked with every answer.
    is_ok: fn(&R) -> bool,
    // A function and not what it returns: every call holds a copy, and its future is larger by it.
    witness: fn() -> Witness<R, V, E>,
    rules: Option<RulesOf<V, E>>,
}

/// Adds the caller's rules to none.
type RulesOf<V, E> = fn(Rules<V, E>) -> Rules<V, E>;

/// What is known of a return type.
struct Witness<R, V, E> {
    reject: fn(Rejection) -> R,
    judge: fn(&R, Option<RulesOf<V, E>>) -> Verdict,
    split: fn(R) -> Result<R, E>,
    error: fn(&R) -> Option<&E>,
    value: fn(&R) -> Option<&V>,
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

    #[inline]
    pub(crate) fn failed(&self, outcome: &R) -> bool {
        !(self.is_ok)(outcome)
    }

    /// Whether it is a good answer, where no rules are asked.
    #[inline]
    pub(crate) fn is_plainly_good(&self, outcome: &R) -> bool {
        self.rules.is_none() && (self.is_ok)(outcome)
    }

    pub(crate) fn judge(&self, outcome: &R) -> Verdict {
        ((self.witness)().judge)(outcome, self.rules)
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
        given(self.rules)
    }
}

fn given<V, E>(rules: Option<RulesOf<V, E>>) -> Rules<V, E> {
    rules.map_or(Rules::NONE, |rules| rules(Rules::NONE))
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
        is_ok: |outcome| outcome.as_result().is_ok(),
        witness: || Witness {
            reject: |rejection| R::from_result(Err(R::Error::from_rejection(rejection))),
            judge: |outcome, rules| match outcome.as_result() {
                Ok(value) => given(rules).judge_value(value),
                Err(error) => given(rules).judge_error(error),
            },
            split: |outcome| outcome.into_result().map(|value| R::from_result(Ok(value))),
            error: |outcome| outcome.as_result().err(),
            value: |outcome| outcome.as_result().ok(),
        },
        rules: None,
    }
}
