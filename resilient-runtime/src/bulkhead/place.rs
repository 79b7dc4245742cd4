use std::{
    fmt,
    future::poll_fn,
    task::{Context, Poll},
};

use super::{
    Inner,
    limit::Sample,
    line::{Given, Ticket},
};
use crate::{BulkheadFullReason, clock::Moment, sleep::timeout_at};

/// What a call gets that asked for a place.
#[derive(Debug)]
pub(crate) enum Entry<'a> {
    /// The place.
    Place(Place<'a>),
    /// A stand in the line.
    Queued(Waiting<'a>),
}

/// A place in the bulkhead. Dropped, it goes to the first in line at once, or comes free.
pub(crate) struct Place<'a> {
    bulkhead: &'a Inner,
    given: Given,
}

impl<'a> Place<'a> {
    pub(super) fn new(bulkhead: &'a Inner, given: Given) -> Self {
        Self { bulkhead, given }
    }

    /// Tells an adaptive limit what the service showed of itself: once for a call, or once for each attempt of one that
    /// retries (the pauses in between say nothing of the service). What says nothing of it, such as a cancelled
    /// attempt, is not told.
    pub(crate) fn sample(&self, sample: Sample, now: Moment) {
        self.bulkhead.sample(self.given, sample, now);
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.bulkhead.leave();
    }
}

/// A stand in the line. Dropped, it is left; a place that it was given meanwhile goes to the next.
pub(crate) struct Waiting<'a> {
    bulkhead: &'a Inner,
    /// `None` once it has led to a place, or to none.
    ticket: Option<Ticket>,
    until: Moment,
    /// What it means when `until` has come.
    over: BulkheadFullReason,
}

impl<'a> Waiting<'a> {
    pub(super) fn new(
        bulkhead: &'a Inner,
        ticket: Ticket,
        until: Moment,
        over: BulkheadFullReason,
    ) -> Self {
        Self { bulkhead, ticket: Some(ticket), until, over }
    }

    /// Waits for a place, for as long as the call may.
    pub(crate) async fn place(mut self) -> Result<Place<'a>, BulkheadFullReason> {
        let place = timeout_at(self.until, poll_fn(|cx| self.poll(cx))).await;
        // A place may have come between the last look and now.
        let place = place.or_else(|| self.leave());
        place.ok_or_else(|| self.bulkhead.reject(self.over))
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Place<'a>> {
        let bulkhead = self.bulkhead;
        let Some(ticket) = self.ticket.take() else { return Poll::Pending };
        // Cloned and dropped outside of the lock: a waker's code is not ours.
        let waker = cx.waker().clone();
        let mut state = bulkhead.lock();
        let turn = state.line.turn(&ticket, waker);
        match turn {
            Ok(given) => {
                let left = state.line.leave(ticket);
                drop(state);
                drop(left);
                Poll::Ready(Place::new(bulkhead, given))
            }
            Err(before) => {
                drop(state);
                drop(before);
                self.ticket = Some(ticket);
                Poll::Pending
            }
        }
    }

    /// Leaves the line, with the place if one was given.
    fn leave(&mut self) -> Option<Place<'a>> {
        let ticket = self.ticket.take()?;
        let mut state = self.bulkhead.lock();
        let left = state.line.leave(ticket);
        self.bulkhead.one_less_waits(&state.line);
        drop(state);
        left.ok().map(|given| Place::new(self.bulkhead, given))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        drop(self.leave());
    }
}

impl fmt::Debug for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Place").field(&self.given).finish()
    }
}

impl fmt::Debug for Waiting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting").field("until", &self.until).field("over", &self.over).finish()
    }
}
