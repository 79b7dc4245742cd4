use std::time::Duration;

/// What says how long to wait: a `Duration`, an `Option` of one, and with the feature `http` the headers of an answer.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how long to wait",
    label = "a `retry_after` is a `Duration` or an `Option<Duration>`, or with the feature `http` a `HeaderMap`",
    note = "keep the time as a `Duration`, or write `retry_after` by hand"
)]
pub trait RetryAfter: sealed::Sealed {
    /// The time, where one is said.
    fn wait(&self) -> Option<Duration>;
}

/// How long to wait before the next request, where that is said.
///
/// Of the headers of an HTTP answer (feature `http`) it reads `retry-after-ms`, `retry-after` (seconds or a date) and
/// `x-ratelimit-reset-after` (seconds), in this order; the first that can be read decides. A date is measured from the
/// answer's own `date`, where it has one, and one in the past is no wait at all.
pub fn retry_after<R: RetryAfter>(said: &R) -> Option<Duration> {
    said.wait()
}

pub(super) mod sealed {
    #[expect(unnameable_types, reason = "nobody else may implement the trait")]
    pub trait Sealed {}
}

impl sealed::Sealed for Duration {}

impl RetryAfter for Duration {
    fn wait(&self) -> Option<Duration> {
        Some(*self)
    }
}

impl<R: RetryAfter> sealed::Sealed for Option<R> {}

impl<R: RetryAfter> RetryAfter for Option<R> {
    fn wait(&self) -> Option<Duration> {
        self.as_ref()?.wait()
    }
}
