use std::{
    fmt,
    future::{Future, poll_fn},
    pin::pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use super::{Priority, RateLimiter, line::Ticket, quota::Token, state::Look};
use crate::{clock::Moment, sleep::Sleep};

/// A stand in the line. Dropped, it is left, and everybody behind moves up; tokens that it was given meanwhile go to
/// the next.
pub(crate) struct Waiting {
    limiter: RateLimiter,
    /// `None` once it has led to tokens, or to none.
    ticket: Option<Ticket>,
    priority: Priority,
    /// When its turn would come if nobody overtook it and nobody left.
    planned: Moment,
    latest: Moment,
}

/// Why no tokens came: the waiter had to go for another one, or its time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoToken;

/// What a look after one's turn brings.
pub(super) enum Seen {
    Ended(Result<Token, NoToken>),
    /// Look again then, or when woken.
    Until(Moment),
}

impl Waiting {
    pub(super) fn new(
        limiter: RateLimiter,
        ticket: Ticket,
        priority: Priority,
        planned: Moment,
        latest: Moment,
    ) -> Self {
        Self { limiter, ticket: Some(ticket), priority, planned, latest }
    }

    /// Waits for the tokens; for no longer than the call may, should others have come before it.
    pub(crate) async fn token(mut self) -> Result<Token, NoToken> {
        let mut timer = pin!(Sleep::until(self.latest));
        let token = poll_fn(|cx| {
            let mut now = Moment::now();
            loop {
                let until = match self.look(cx, now) {
                    Seen::Ended(token) => return Poll::Ready(token),
                    Seen::Until(until) => until,
                };
                timer.as_mut().reset(until);
                ready!(timer.as_mut().poll(cx));
                // A thread that has slept for so long has its turn, even by a clock that stands still.
                now = Moment::now().max(until);
            }
        });
        token.await
    }

    pub(super) fn look(&mut self, cx: &mut Context<'_>, now: Moment) -> Seen {
        let Some(ticket) = self.ticket.take() else { return Seen::Ended(Err(NoToken)) };
        // Cloned and dropped outside of the lock: a waker's code is not ours.
        let waker = cx.waker().clone();
        let limiter = &self.limiter;
        let (seen, _before, _own) = limiter.under_lock(|state, wakers| {
            let before = state.line.set_waker(&ticket, Some(waker));
            let over = match state.look(&ticket, self.planned, now, wakers) {
                Look::Waits(until) if now < self.latest => {
                    self.ticket = Some(ticket);
                    return (Seen::Until(until.min(self.latest)), before, None);
                }
                Look::Waits(_) => true,
                Look::Came | Look::Shed => false,
            };
            let left = state.line.leave(ticket);
            if over {
                limiter.counts().rejected.add(self.priority, 1);
                state.serve(now, wakers);
            }
            match left {
                Ok(token) => (Seen::Ended(Ok(token)), before, None),
                Err(own) => (Seen::Ended(Err(NoToken)), before, own),
            }
        });
        seen
    }

    /// How long until its turn comes.
    pub(super) fn until(&self, now: Moment) -> Duration {
        let Some(ticket) = &self.ticket else { return Duration::ZERO };
        self.limiter.under_lock(|state, wakers| {
            state.serve(now, wakers);
            state.until(ticket, now)
        })
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket.take() else { return };
        let now = Moment::now();
        let _own = self.limiter.under_lock(|state, wakers| {
            let left = state.line.leave(ticket);
            let own = match left {
                Ok(token) => {
                    state.quota.give_back(token);
                    None
                }
                Err(own) => own,
            };
            state.serve(now, wakers);
            own
        });
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting")
            .field("priority", &self.priority)
            .field("planned", &self.planned)
            .field("latest", &self.latest)
            .finish_non_exhaustive()
    }
}
