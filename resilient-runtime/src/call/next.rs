use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use super::{
    Call,
    admit::{Admission, Wait},
};
use crate::attempt::Attempt;

/// The future of [`Call::next_attempt`].
///
/// By hand, and not an `async fn`, for it seldom waits: then it is a question and its answer.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Next<'c, 'm, R, V, E> {
    pub(super) call: &'c mut Call<'m, R, V, E>,
    pub(super) wait: Option<Wait<'m>>,
}

impl<R, V, E> Future for Next<'_, '_, R, V, E> {
    type Output = Option<Attempt>;

    #[expect(clippy::inline_always, reason = "the question and its answer are few steps")]
    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Attempt>> {
        let this = &mut *self;
        if this.wait.is_some() {
            return this.go_on(cx);
        }
        if this.call.core.settled {
            return Poll::Ready(None);
        }
        match this.call.core.admit() {
            Admission::Attempt => Poll::Ready(Some(this.call.core.attempt())),
            Admission::Rejected(rejection) => {
                this.call.rejected(rejection);
                Poll::Ready(None)
            }
            Admission::Waits(wait) => {
                this.wait = Some(wait);
                this.go_on(cx)
            }
        }
    }
}

impl<R, V, E> Next<'_, '_, R, V, E> {
    #[cold]
    fn go_on(&mut self, cx: &mut Context<'_>) -> Poll<Option<Attempt>> {
        while let Some(wait) = &mut self.wait {
            let waited = ready!(wait.as_mut().poll(cx));
            self.wait = None;
            match self.call.core.resume(waited) {
                Admission::Attempt => return Poll::Ready(Some(self.call.core.attempt())),
                Admission::Rejected(rejection) => self.call.rejected(rejection),
                Admission::Waits(wait) => self.wait = Some(wait),
            }
        }
        Poll::Ready(None)
    }
}

impl<R, V, E> fmt::Debug for Next<'_, '_, R, V, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").field("waits", &self.wait.is_some()).finish_non_exhaustive()
    }
}
