use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use super::Call;
use crate::{
    Provenance,
    cache::{Cache, Found},
    clock::Moment,
    outcome::{Codec, Kept},
    sleep::timeout_at,
};

/// A look beyond memory. Boxed: it is followed by a request more often than not, beside which an allocation is nothing.
pub(super) type Find<'m> = Pin<Box<dyn Future<Output = Option<Found>> + Send + 'm>>;

/// A look for an answer that has expired.
pub(super) type Expired<'m> = Pin<Box<dyn Future<Output = Option<(Kept, Provenance)>> + Send + 'm>>;

pub(super) fn find(
    cache: &Cache,
    key: Box<[u8]>,
    codec: Codec,
    deadline: Option<Moment>,
) -> Find<'_> {
    Box::pin(async move {
        let found = cache.find(&key, codec);
        match deadline {
            None => Some(found.await),
            // A caller is never held past its deadline, by whoever loads.
            Some(deadline) => timeout_at(deadline, found).await,
        }
    })
}

/// The future of [`Call::lookup`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Lookup<'c, 'm, R, V, E> {
    pub(super) call: &'c mut Call<'m, R, V, E>,
    pub(super) further: Option<Find<'m>>,
}

impl<R, V, E> Lookup<'_, '_, R, V, E> {
    /// Whether memory did not settle it.
    pub(super) fn goes_further(&self) -> bool {
        self.further.is_some()
    }
}

impl<R, V, E> Future for Lookup<'_, '_, R, V, E> {
    type Output = ();

    #[expect(clippy::inline_always, reason = "a hit asks for no more than a flag")]
    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.further.is_none() { Poll::Ready(()) } else { self.go_on(cx) }
    }
}

impl<R, V, E> Lookup<'_, '_, R, V, E> {
    #[inline(never)]
    fn go_on(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(further) = &mut self.further else { return Poll::Ready(()) };
        let found = ready!(further.as_mut().poll(cx));
        self.further = None;
        if let Some((value, provenance, promotion)) = self.call.core.looked(found) {
            self.call.serve(&value, provenance);
            self.call.promote(promotion);
        }
        Poll::Ready(())
    }
}

impl<R, V, E> std::fmt::Debug for Lookup<'_, '_, R, V, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lookup").field("in_memory", &self.further.is_none()).finish_non_exhaustive()
    }
}
