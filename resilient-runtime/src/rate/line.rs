use std::{task::Waker, time::Duration};

use super::{Priority, quota::Token};
use crate::clock::Moment;

/// Who waits for tokens: in classes, one for each priority, and in each in the order of coming.
///
/// Lists whose members know their neighbours, so that one that is dropped leaves from anywhere in one step; in a
/// vector whose slots are used again, so that waiting allocates only while the line grows longer than it ever was.
#[derive(Debug, Default)]
pub(super) struct Line {
    slots: Vec<Slot>,
    classes: [Class; 4],
    /// The last slot that was vacated; it knows the one before it by its `after`.
    vacant: Option<usize>,
    /// How many wait, by the priority that they came with.
    waiting: [u32; 4],
}

#[derive(Debug, Default, Clone, Copy)]
struct Class {
    first: Option<usize>,
    last: Option<usize>,
    /// What its members wait for, all together.
    tokens: u64,
}

#[derive(Debug)]
struct Slot {
    turn: Turn,
    priority: Priority,
    /// Where it stands by now.
    class: usize,
    /// Since when.
    since: Moment,
    tokens: u32,
    /// When the waiter wakes by itself; `None` until it is polled.
    wakes: Option<Moment>,
    before: Option<usize>,
    after: Option<usize>,
}

#[derive(Debug)]
enum Turn {
    /// Has not come; the waker is missing until the waiter is polled.
    Waits(Option<Waker>),
    /// Has come, though the waiter may not know yet: it is no longer in the list, and the tokens are its own.
    Came(Token),
    /// Had to go for one of a higher priority.
    Shed,
    /// Nobody's.
    Vacant,
}

/// A slot of the line, until it is given back with [`Line::leave`].
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ticket(usize);

/// What became of a waiter.
pub(super) enum Stand {
    Waits,
    Came,
    Shed,
}

impl Line {
    pub(super) fn waiting(&self) -> [u32; 4] {
        self.waiting
    }

    pub(super) fn len(&self) -> u32 {
        self.waiting.iter().sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.classes.iter().all(|class| class.first.is_none())
    }

    /// What those wait for who are served before a newcomer of this priority.
    pub(super) fn ahead(&self, priority: Priority) -> u64 {
        self.classes[..=priority.class()].iter().map(|class| class.tokens).sum()
    }

    /// Moves everybody who stood in a class for so long to the end of the one before.
    pub(super) fn age(&mut self, now: Moment, step: Duration) {
        let mut moved = true;
        while std::mem::take(&mut moved) {
            for class in 1..self.classes.len() {
                while let Some(at) = self.classes[class].first
                    && self.slots[at].since + step <= now
                {
                    self.unlink(at);
                    self.slots[at].since = self.slots[at].since + step;
                    self.link(at, class - 1);
                    moved = true;
                }
            }
        }
    }

    /// Joins at the end of its class.
    pub(super) fn join(&mut self, priority: Priority, tokens: u32, now: Moment) -> Ticket {
        let slot = Slot {
            turn: Turn::Waits(None),
            priority,
            class: priority.class(),
            since: now,
            tokens,
            wakes: None,
            before: None,
            after: None,
        };
        let at = match self.vacant {
            Some(at) => {
                self.vacant = self.slots[at].after;
                self.slots[at] = slot;
                at
            }
            None => {
                self.slots.push(slot);
                self.slots.len() - 1
            }
        };
        self.link(at, priority.class());
        self.waiting[priority.class()] += 1;
        Ticket(at)
    }

    fn first(&self) -> Option<usize> {
        self.classes.iter().find_map(|class| class.first)
    }

    /// How many tokens the first in line waits for.
    pub(super) fn wanted(&self) -> Option<u32> {
        self.first().map(|at| self.slots[at].tokens)
    }

    /// Gives the first in line its tokens, and hands out the waker that tells it.
    pub(super) fn give(&mut self, token: Token) -> Option<(Ticket, Option<Waker>)> {
        let at = self.first()?;
        Some((Ticket(at), self.end(at, Turn::Came(token))))
    }

    /// Turns away the last of the lowest class, if that is lower than this priority's.
    pub(super) fn shed(&mut self, priority: Priority) -> Option<(Priority, Option<Waker>)> {
        let last = self.classes[priority.class() + 1..].iter().rev().find_map(|class| class.last);
        let at = last?;
        Some((self.slots[at].priority, self.end(at, Turn::Shed)))
    }

    fn end(&mut self, at: usize, turn: Turn) -> Option<Waker> {
        self.unlink(at);
        self.waiting[self.slots[at].priority.class()] -= 1;
        match std::mem::replace(&mut self.slots[at].turn, turn) {
            Turn::Waits(waker) => waker,
            Turn::Came(_) | Turn::Shed | Turn::Vacant => None,
        }
    }

    /// Sees to it that somebody wakes when the first in line's turn comes, and hands out the waker of one who would not:
    /// the first, or whoever stands behind those that nobody polls. Not of `looking`, who is awake.
    pub(super) fn rouse(&mut self, due: Moment, looking: Option<&Ticket>) -> Option<Waker> {
        for class in 0..self.classes.len() {
            let mut next = self.classes[class].first;
            while let Some(at) = next {
                let slot = &mut self.slots[at];
                if looking.is_some_and(|ticket| ticket.0 == at)
                    || slot.wakes.is_some_and(|wakes| wakes <= due)
                {
                    return None;
                }
                if let Turn::Waits(waker @ Some(_)) = &mut slot.turn {
                    slot.wakes = Some(due);
                    return waker.take();
                }
                next = slot.after;
            }
        }
        None
    }

    /// Whether the waiter is the first in line, or the first is one that nobody polls.
    pub(super) fn leads(&self, ticket: &Ticket) -> bool {
        self.first().is_none_or(|at| at == ticket.0 || self.slots[at].wakes.is_none())
    }

    pub(super) fn stand(&self, ticket: &Ticket) -> Stand {
        match self.slots[ticket.0].turn {
            Turn::Waits(_) => Stand::Waits,
            Turn::Came(_) => Stand::Came,
            Turn::Shed | Turn::Vacant => Stand::Shed,
        }
    }

    /// Who is told of the waiter's turn; hands out the one before.
    pub(super) fn set_waker(&mut self, ticket: &Ticket, waker: Option<Waker>) -> Option<Waker> {
        match &mut self.slots[ticket.0].turn {
            Turn::Waits(before) => std::mem::replace(before, waker),
            Turn::Came(_) | Turn::Shed | Turn::Vacant => waker,
        }
    }

    /// When the waiter wakes by itself.
    pub(super) fn wakes(&self, ticket: &Ticket) -> Option<Moment> {
        self.slots[ticket.0].wakes
    }

    pub(super) fn set_wakes(&mut self, ticket: &Ticket, wakes: Moment) {
        self.slots[ticket.0].wakes = Some(wakes);
    }

    /// What those wait for who stand before it, and its own; nothing once its turn has come.
    pub(super) fn until(&self, ticket: &Ticket) -> u64 {
        let slot = &self.slots[ticket.0];
        if !matches!(slot.turn, Turn::Waits(_)) {
            return 0;
        }
        let mut tokens = u64::from(slot.tokens);
        tokens += self.classes[..slot.class].iter().map(|class| class.tokens).sum::<u64>();
        let mut before = slot.before;
        while let Some(at) = before {
            tokens += u64::from(self.slots[at].tokens);
            before = self.slots[at].before;
        }
        tokens
    }

    /// Gives the slot back: with the tokens that were given to the waiter, or with its waker. Whoever called drops
    /// that, for what it runs then is not ours, and no lock should be held.
    pub(super) fn leave(&mut self, ticket: Ticket) -> Result<Token, Option<Waker>> {
        let Ticket(at) = ticket;
        let left = match std::mem::replace(&mut self.slots[at].turn, Turn::Vacant) {
            Turn::Came(token) => Ok(token),
            Turn::Waits(waker) => {
                self.unlink(at);
                self.waiting[self.slots[at].priority.class()] -= 1;
                Err(waker)
            }
            Turn::Shed | Turn::Vacant => Err(None),
        };
        self.slots[at].after = self.vacant;
        self.vacant = Some(at);
        left
    }

    fn link(&mut self, at: usize, class: usize) {
        let list = &mut self.classes[class];
        let slot = &mut self.slots[at];
        (slot.class, slot.before, slot.after) = (class, list.last, None);
        list.tokens += u64::from(slot.tokens);
        match list.last.replace(at) {
            Some(last) => self.slots[last].after = Some(at),
            None => list.first = Some(at),
        }
    }

    fn unlink(&mut self, at: usize) {
        let Slot { before, after, class, tokens, .. } = self.slots[at];
        let list = &mut self.classes[class];
        list.tokens -= u64::from(tokens);
        match before {
            Some(before) => self.slots[before].after = after,
            None => list.first = after,
        }
        match after {
            Some(after) => self.slots[after].before = before,
            None => list.last = before,
        }
    }
}
