//! One call of the method, under its timeout.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;
use tokio::{
    task::coop::{Unconstrained, unconstrained},
    time::{Sleep, sleep_until},
};

use crate::{TimeoutScope, clock::Moment, deadline};

/// The leave to call the method once. What was taken for it, such as a probe's place, goes back with its call.
///
/// Two words, which are handed on in registers.
#[derive(Clone, Copy)]
#[must_use = "an attempt does nothing until it runs the method"]
pub struct Attempt {
    /// When its time is over, where its watch says that there is such a time.
    pub(crate) over: Moment,
    pub(crate) watch: Watch,
}

/// Whether an attempt's end is timed, and whether it has a limit: its own, or what is left of the call's.
///
/// As wide as the time beside it, so that an attempt has no gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Watch {
    Untimed,
    Timed,
    Attempt,
    Call,
}

/// When an attempt is out of time, and why.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) at: Moment,
    pub(crate) scope: TimeoutScope,
}

impl Attempt {
    #[inline]
    pub(crate) fn limit(&self) -> Option<Limit> {
        let scope = match self.watch {
            Watch::Untimed | Watch::Timed => return None,
            Watch::Attempt => TimeoutScope::Attempt,
            Watch::Call => TimeoutScope::Call,
        };
        Some(Limit { at: self.over, scope })
    }

    /// Runs the method, for no longer than its timeout.
    #[inline]
    pub fn run<F: Future>(self, method: F) -> Run<F> {
        Run { attempt: self, method, timer: None }
    }

    /// Runs the method on this thread. It cannot be cut short: an answer that comes after its timeout is dropped, and the
    /// attempt has timed out. Within it, [`deadline`](crate::deadline()) says how long it has.
    pub fn run_blocking<R>(self, method: impl FnOnce() -> R) -> Attempted<R> {
        let outcome = match self.limit() {
            None => method(),
            Some(limit) => deadline::within(limit.at, method),
        };
        self.answered(outcome)
    }

    /// What became of it. An answer that comes too late is a timeout, even if what brought it blocked so long.
    #[expect(clippy::inline_always, reason = "it moves an outcome, once more where it is called")]
    #[inline(always)]
    pub(crate) fn answered<R>(self, outcome: R) -> Attempted<R> {
        let ended = match self.limit() {
            Some(limit) => {
                let now = Moment::now();
                if now >= limit.at {
                    return Attempted { ended: Some(now), answer: Answer::Late(limit) };
                }
                Some(now)
            }
            None => (self.watch == Watch::Timed).then(Moment::now),
        };
        Attempted { ended, answer: Answer::Came(outcome) }
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt").field("limit", &self.limit()).finish_non_exhaustive()
    }
}

/// What became of one attempt. To be given to [`Call::settle`](crate::Call::settle).
#[must_use = "settle the call with it"]
pub struct Attempted<R> {
    /// `None` where nobody asked for it: it has only just ended, should somebody ask after all.
    pub(crate) ended: Option<Moment>,
    pub(crate) answer: Answer<R>,
}

/// Whether an answer came in time. With a tag of its own, for the reason that a call's outcome has one: it is moved on
/// with each call.
#[repr(u64)]
pub(crate) enum Answer<R> {
    Came(R),
    Late(Limit),
}

impl<R> fmt::Debug for Attempted<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempted")
            .field("timed_out", &matches!(self.answer, Answer::Late(_)))
            .finish_non_exhaustive()
    }
}

pin_project! {
    /// The future of [`Attempt::run`].
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Run<F> {
        attempt: Attempt,
        #[pin]
        method: F,
        // Made once the method is pending: a method that answers at once needs none.
        #[pin]
        timer: Option<Unconstrained<Sleep>>,
    }
}

impl<F> fmt::Debug for Run<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("attempt", &self.attempt).finish_non_exhaustive()
    }
}

impl<F: Future> Future for Run<F> {
    type Output = Attempted<F::Output>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let limit = this.attempt.limit();
        let polled = match limit {
            None => this.method.poll(cx),
            Some(limit) => deadline::within(limit.at, || this.method.poll(cx)),
        };
        match (polled, limit) {
            (Poll::Ready(outcome), _) => Poll::Ready(this.attempt.answered(outcome)),
            (Poll::Pending, Some(limit)) if is_over(this.timer, limit.at, cx) => {
                let ended = Some(Moment::now());
                Poll::Ready(Attempted { ended, answer: Answer::Late(limit) })
            }
            (Poll::Pending, _) => Poll::Pending,
        }
    }
}

/// Whether the time of a method that is pending is over.
fn is_over(
    mut timer: Pin<&mut Option<Unconstrained<Sleep>>>,
    at: Moment,
    cx: &mut Context<'_>,
) -> bool {
    if timer.is_none() {
        // Outside of the cooperative budget: a method that uses it up must not switch off its timeout.
        timer.set(Some(unconstrained(sleep_until(at.instant()))));
    }
    timer.as_pin_mut().is_some_and(|timer| timer.poll(cx).is_ready())
}
