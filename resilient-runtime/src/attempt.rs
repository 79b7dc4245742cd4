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
#[must_use = "an attempt does nothing until it runs the method"]
pub struct Attempt {
    pub(crate) watch: Watch,
    pub(crate) started: Moment,
}

/// When an attempt is out of time, and why.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) at: Moment,
    pub(crate) scope: TimeoutScope,
}

/// Whether an attempt's end is timed. One value with its limit: every call's future would be larger by two.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Watch {
    Untimed,
    Timed,
    Limited(Limit),
}

impl Watch {
    #[inline]
    pub(crate) fn limit(self) -> Option<Limit> {
        match self {
            Self::Limited(limit) => Some(limit),
            Self::Untimed | Self::Timed => None,
        }
    }

    /// When it has ended; `None` where nobody wants to know.
    #[inline]
    fn end(self) -> Option<Moment> {
        match self {
            Self::Untimed => None,
            Self::Timed | Self::Limited(_) => Some(Moment::now()),
        }
    }
}

impl Attempt {
    /// Runs the method, for no longer than its timeout.
    #[inline]
    pub fn run<F: Future>(self, method: F) -> Run<F> {
        Run { attempt: self, method, timer: None }
    }

    /// Runs the method on this thread. It cannot be cut short: an answer that comes after its timeout is dropped, and the
    /// attempt has timed out. Within it, [`deadline`](crate::deadline()) says how long it has.
    pub fn run_blocking<R>(self, method: impl FnOnce() -> R) -> Attempted<R> {
        let outcome = match self.watch.limit() {
            None => method(),
            Some(limit) => deadline::within(limit.at, method),
        };
        self.ended(outcome)
    }

    /// What became of it. An answer that comes too late is a timeout, even if what brought it blocked so long.
    #[inline]
    fn ended<R>(&self, outcome: R) -> Attempted<R> {
        let ended = self.watch.end();
        let result = match (self.watch, ended) {
            (Watch::Limited(limit), Some(ended)) if ended >= limit.at => Err(limit),
            _ => Ok(outcome),
        };
        Attempted { result, started: self.started, ended }
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt").field("watch", &self.watch).finish_non_exhaustive()
    }
}

/// What became of one attempt. To be given to [`Call::settle`](crate::Call::settle).
#[must_use = "settle the call with it"]
pub struct Attempted<R> {
    pub(crate) result: Result<R, Limit>,
    pub(crate) started: Moment,
    /// `None` where nobody asked for it: it has only just ended, should somebody ask after all.
    pub(crate) ended: Option<Moment>,
}

impl<R> fmt::Debug for Attempted<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempted")
            .field("timed_out", &self.result.is_err())
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

impl<F> Run<F> {
    /// When it was sent.
    pub(crate) fn started(&self) -> Moment {
        self.attempt.started
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
        let limit = this.attempt.watch.limit();
        let polled = match limit {
            None => this.method.poll(cx),
            Some(limit) => deadline::within(limit.at, || this.method.poll(cx)),
        };
        match (polled, limit) {
            (Poll::Ready(outcome), _) => Poll::Ready(this.attempt.ended(outcome)),
            (Poll::Pending, Some(limit)) if is_over(this.timer, limit.at, cx) => {
                let (started, ended) = (this.attempt.started, Some(Moment::now()));
                Poll::Ready(Attempted { result: Err(limit), started, ended })
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
