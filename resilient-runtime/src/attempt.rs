//! One call of the method, under its timeout.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;
use tokio::{
    task::coop::{Unconstrained, unconstrained},
    time::{Sleep, sleep_until},
};

use crate::{TimeoutScope, breaker::Permit, clock::Moment, deadline};

/// The right to call the method once. Dropped unused, it gives a probe's place back to the breaker.
#[must_use = "an attempt does nothing until it runs the method"]
pub struct Attempt<'m> {
    pub(crate) permit: Option<Permit<'m>>,
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

impl<'m> Attempt<'m> {
    /// Runs the method, for no longer than its timeout.
    pub fn run<F: Future>(self, method: F) -> Run<'m, F> {
        Run { attempt: Some(self), method, timer: None }
    }

    /// Runs the method on this thread. It cannot be cut short: an answer that comes after its timeout is dropped, and the
    /// attempt has timed out. Within it, [`deadline`](crate::deadline()) says how long it has.
    pub fn run_blocking<R>(self, method: impl FnOnce() -> R) -> Attempted<'m, R> {
        let Self { permit, watch, started } = self;
        let limit = watch.limit();
        let outcome = match limit {
            None => method(),
            Some(limit) => deadline::within(limit.at, method),
        };
        let ended = watch.end();
        Attempted { permit, result: in_time(outcome, limit, ended), started, ended }
    }
}

impl std::fmt::Debug for Attempt<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attempt").field("watch", &self.watch).finish_non_exhaustive()
    }
}

/// What became of one attempt. To be given to [`Call::settle`](crate::Call::settle).
#[must_use = "settle the call with it"]
pub struct Attempted<'m, R> {
    pub(crate) permit: Option<Permit<'m>>,
    pub(crate) result: Result<R, Limit>,
    pub(crate) started: Moment,
    /// `None` where nobody asked for it: it has only just ended, should somebody ask after all.
    pub(crate) ended: Option<Moment>,
}

impl<R> std::fmt::Debug for Attempted<'_, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attempted")
            .field("timed_out", &self.result.is_err())
            .finish_non_exhaustive()
    }
}

pin_project! {
    /// The future of [`Attempt::run`].
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Run<'m, F> {
        attempt: Option<Attempt<'m>>,
        #[pin]
        method: F,
        // Made once the method is pending: a method that answers at once needs none.
        #[pin]
        timer: Option<Unconstrained<Sleep>>,
    }
}

impl<F> Run<'_, F> {
    /// When it was sent; `None` once it has ended.
    pub(crate) fn started(&self) -> Option<Moment> {
        self.attempt.as_ref().map(|attempt| attempt.started)
    }
}

impl<F> std::fmt::Debug for Run<'_, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run").field("attempt", &self.attempt).finish_non_exhaustive()
    }
}

/// An answer that comes too late is a timeout, even if what brought it blocked so long.
#[inline]
fn in_time<R>(outcome: R, limit: Option<Limit>, ended: Option<Moment>) -> Result<R, Limit> {
    match (limit, ended) {
        (Some(limit), Some(ended)) if ended >= limit.at => Err(limit),
        _ => Ok(outcome),
    }
}

impl<'m, F: Future> Future for Run<'m, F> {
    type Output = Attempted<'m, F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let attempt = this.attempt.as_ref().expect("polled after it was ready");
        let watch = attempt.watch;
        let limit = watch.limit();
        let polled = match limit {
            None => this.method.poll(cx),
            Some(limit) => deadline::within(limit.at, || this.method.poll(cx)),
        };
        let (result, ended) = match (polled, limit) {
            (Poll::Ready(outcome), limit) => {
                let ended = watch.end();
                (in_time(outcome, limit, ended), ended)
            }
            (Poll::Pending, None) => return Poll::Pending,
            (Poll::Pending, Some(limit)) => {
                if this.timer.is_none() {
                    // Outside of the cooperative budget: a method that uses it up must not switch off its timeout.
                    this.timer.set(Some(unconstrained(sleep_until(limit.at.instant()))));
                }
                match this.timer.as_mut().as_pin_mut().map(|timer| timer.poll(cx)) {
                    Some(Poll::Ready(())) => (Err(limit), Some(Moment::now())),
                    _ => return Poll::Pending,
                }
            }
        };
        let attempt = this.attempt.take().expect("it was there above");
        Poll::Ready(Attempted { permit: attempt.permit, result, started: attempt.started, ended })
    }
}
