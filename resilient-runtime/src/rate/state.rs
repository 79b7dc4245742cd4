use std::{task::Waker, time::Duration};

use resilient_policy::RateSettings;
use smallvec::SmallVec;

use super::{
    Priority,
    adaptive::Adaptive,
    line::{Line, Stand, Ticket},
    quota::{Quota, Token},
};
use crate::clock::Moment;

/// What a limiter keeps under its lock: what may go, who waits for it, and how the rate adapts.
///
/// A plain state machine: time comes in as an argument, and those to be woken go out.
#[derive(Debug)]
pub(super) struct State {
    pub(super) quota: Quota,
    pub(super) line: Line,
    pub(super) adaptive: Option<Adaptive>,
    wait: Duration,
    queue: u32,
    /// How long one stands in a class before one moves up.
    step: Duration,
}

/// Those to be woken once the lock is released; seldom more than one.
pub(super) type Wakers = SmallVec<[Waker; 1]>;

/// What one gets that asked for tokens.
pub(super) enum Asked {
    Taken(Token),
    /// A stand in the line; the tokens come after about `wait`.
    Waits {
        ticket: Ticket,
        wait: Duration,
        shed: Option<Priority>,
    },
    /// They come only after so long.
    Refused(Duration),
}

/// What a waiter finds that looks after its turn.
pub(super) enum Look {
    Came,
    Shed,
    /// When to look again.
    Waits(Moment),
}

impl State {
    pub(super) fn new(settings: &RateSettings) -> Self {
        Self {
            quota: Quota::new(settings),
            line: Line::default(),
            adaptive: Adaptive::new(settings),
            wait: settings.wait,
            queue: settings.queue,
            step: (settings.wait / 4).max(Duration::from_nanos(1)),
        }
    }

    /// Gives those in line the tokens that are there, and sees to it that the next one wakes in time.
    pub(super) fn serve(&mut self, now: Moment, wakers: &mut Wakers) {
        self.serve_but(None, now, wakers);
    }

    /// The same for one who is `looking`, and need not be woken.
    fn serve_but(&mut self, looking: Option<&Ticket>, now: Moment, wakers: &mut Wakers) {
        self.quota.turn(now);
        self.line.age(now, self.step);
        while let Some(tokens) = self.line.wanted() {
            let Some(token) = self.quota.take(tokens, now) else {
                let due = now + self.quota.wait(tokens.into(), now);
                wakers.extend(self.line.rouse(due, looking));
                return;
            };
            let given = self.line.give(token);
            wakers.extend(
                given.filter(|(whose, _)| Some(whose) != looking).and_then(|(_, waker)| waker),
            );
        }
    }

    pub(super) fn ask(
        &mut self,
        tokens: u32,
        priority: Priority,
        now: Moment,
        deadline: Option<Moment>,
        wakers: &mut Wakers,
    ) -> Asked {
        self.serve(now, wakers);
        if tokens > self.quota.burst() {
            return Asked::Refused(resilient_policy::duration::LONGEST);
        }
        let ahead = self.line.ahead(priority);
        if ahead == 0
            && let Some(token) = self.quota.take(tokens, now)
        {
            return Asked::Taken(token);
        }
        let wait = self.quota.wait(ahead + u64::from(tokens), now);
        if wait > self.wait || deadline.is_some_and(|deadline| now + wait >= deadline) {
            return Asked::Refused(wait);
        }
        let mut shed = None;
        if self.line.len() >= self.queue {
            let Some((whose, waker)) = self.line.shed(priority) else {
                return Asked::Refused(wait);
            };
            wakers.extend(waker);
            shed = Some(whose);
        }
        let ticket = self.line.join(priority, tokens, now);
        Asked::Waits { ticket, wait, shed }
    }

    /// Looks after the turn of a waiter whose slot was `planned` when it came.
    pub(super) fn look(
        &mut self,
        ticket: &Ticket,
        planned: Moment,
        now: Moment,
        wakers: &mut Wakers,
    ) -> Look {
        self.serve_but(Some(ticket), now, wakers);
        match self.line.stand(ticket) {
            Stand::Came => return Look::Came,
            Stand::Shed => return Look::Shed,
            Stand::Waits => {}
        }
        let wakes = if self.line.leads(ticket) {
            let tokens = self.line.wanted().unwrap_or(1);
            now + self.quota.wait(tokens.into(), now)
        } else {
            // One who was overtaken sleeps on when its time has come: whoever comes to lead is woken.
            let wakes = self.line.wakes(ticket).unwrap_or(planned);
            if wakes > now { wakes } else { Moment::LAST }
        };
        self.line.set_wakes(ticket, wakes);
        Look::Waits(wakes)
    }

    /// How long until a waiter's turn comes.
    pub(super) fn until(&self, ticket: &Ticket, now: Moment) -> Duration {
        match self.line.until(ticket) {
            0 => Duration::ZERO,
            tokens => self.quota.wait(tokens, now),
        }
    }

    /// How long a call that came now would wait.
    pub(super) fn next_slot(&mut self, tokens: u32, priority: Priority, now: Moment) -> Duration {
        self.quota.wait(self.line.ahead(priority) + u64::from(tokens), now)
    }
}
