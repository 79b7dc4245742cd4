use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use super::{Call, held::Held, lookup::Expired};
use crate::{ErrorKind, Provenance, outcome::Verdict};

impl<'m, R, V, E> Call<'m, R, V, E> {
    /// Serves an answer of the cache that has expired, if the call has failed and there is one that is not too old.
    ///
    /// Not where the service itself has said no ([`Client`](ErrorKind::Client) and [`Auth`](ErrorKind::Auth)): that
    /// answer is newer than what is in the cache.
    #[inline]
    pub fn stale(&mut self) -> Stale<'_, 'm, R, V, E> {
        Stale { call: self, look: None }
    }

    /// Begins to look for one, if the call is to be served it.
    #[inline(never)]
    fn look_for_stale(&mut self) -> Option<Expired<'m>> {
        if self.core.is_answered() {
            return None;
        }
        self.spare();
        let keeper = self.keeper.filter(|_| self.is_without_answer())?;
        self.core.stale(keeper.codec())
    }

    /// Whether the call has failed, and not by an answer that says no.
    fn is_without_answer(&self) -> bool {
        let verdict = self.outcome.as_ref().map(|outcome| self.fallible.judge(outcome));
        matches!(verdict, Some(Verdict::Error { kind, .. }) if !matches!(kind, ErrorKind::Client | ErrorKind::Auth))
    }
}

/// The future of [`Call::stale`].
///
/// By hand, for a call that went well is not asked for more than a flag.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Stale<'c, 'm, R, V, E> {
    call: &'c mut Call<'m, R, V, E>,
    look: Option<Expired<'m>>,
}

impl<R, V, E> Future for Stale<'_, '_, R, V, E> {
    type Output = ();

    #[expect(clippy::inline_always, reason = "most calls end here with a flag")]
    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.call.core.finished { Poll::Ready(()) } else { self.go_on(cx) }
    }
}

impl<R, V, E> Stale<'_, '_, R, V, E> {
    #[inline(never)]
    fn go_on(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.look.is_none() {
            self.look = self.call.look_for_stale();
        }
        let Some(look) = &mut self.look else { return Poll::Ready(()) };
        let found = ready!(look.as_mut().poll(cx));
        self.look = None;
        let call = &mut *self.call;
        if let Some((value, provenance)) = found
            && let Some(outcome) = call.keeper.and_then(|keeper| keeper.serve(&value))
        {
            match provenance {
                Provenance::Stale { .. } => call.core.pipeline.counters.stale_served.add(),
                _ => call.core.pipeline.counters.memory_hits.add(),
            }
            call.outcome = Held::Outcome(outcome);
            call.core.provenance = provenance;
        }
        Poll::Ready(())
    }
}

impl<R, V, E> fmt::Debug for Stale<'_, '_, R, V, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stale").field("looks", &self.look.is_some()).finish_non_exhaustive()
    }
}
