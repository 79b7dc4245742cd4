use std::task::Waker;

/// Who waits for a place, in the order of their coming.
///
/// A list whose members know their neighbours, so that one that is dropped leaves from anywhere in one step; in a
/// vector whose slots are used again, so that waiting allocates only while the line grows longer than it ever was.
#[derive(Debug, Default)]
pub(super) struct Line {
    slots: Vec<Slot>,
    first: Option<usize>,
    last: Option<usize>,
    /// The last slot that was vacated; it knows the one before it by its `after`.
    vacant: Option<usize>,
    len: u32,
}

#[derive(Debug)]
struct Slot {
    turn: Turn,
    before: Option<usize>,
    after: Option<usize>,
}

#[derive(Debug)]
enum Turn {
    /// Has not come; the waker is missing until the waiter is polled.
    Waits(Option<Waker>),
    /// Has come, though the waiter may not know yet: it is no longer in the list, and the place is its own.
    Came(Given),
    /// Nobody's.
    Vacant,
}

/// A place that was given to a waiter, as one of how many that were under way then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) in_flight: u32,
}

/// A slot of the line, until it is given back with [`Line::leave`].
#[derive(Debug)]
pub(super) struct Ticket(usize);

impl Line {
    /// How many wait. Those to whom a place was given do so no longer.
    pub(super) fn len(&self) -> u32 {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Joins at the end.
    pub(super) fn join(&mut self) -> Ticket {
        let slot = Slot { turn: Turn::Waits(None), before: self.last, after: None };
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
        match self.last {
            Some(last) => self.slots[last].after = Some(at),
            None => self.first = Some(at),
        }
        self.last = Some(at);
        self.len += 1;
        Ticket(at)
    }

    /// Gives the first in line a place, if anybody waits, and hands out the waker that tells it.
    pub(super) fn give(&mut self, given: Given) -> Option<Waker> {
        let at = self.first?;
        self.unlink(at);
        match std::mem::replace(&mut self.slots[at].turn, Turn::Came(given)) {
            Turn::Waits(waker) => waker,
            Turn::Came(_) | Turn::Vacant => None,
        }
    }

    /// Whether the waiter's turn has come. If not, `waker` is told of it, and the one before is handed out.
    pub(super) fn turn(&mut self, ticket: &Ticket, waker: Waker) -> Result<Given, Option<Waker>> {
        match &mut self.slots[ticket.0].turn {
            Turn::Came(given) => Ok(*given),
            Turn::Waits(before) => Err(before.replace(waker)),
            Turn::Vacant => Err(Some(waker)),
        }
    }

    /// Gives the slot back: with the place that was given to the waiter, or with its waker. Whoever called drops that,
    /// for what it runs then is not ours, and no lock should be held.
    pub(super) fn leave(&mut self, ticket: Ticket) -> Result<Given, Option<Waker>> {
        let Ticket(at) = ticket;
        let left = match std::mem::replace(&mut self.slots[at].turn, Turn::Vacant) {
            Turn::Came(given) => Ok(given),
            Turn::Waits(waker) => {
                self.unlink(at);
                Err(waker)
            }
            Turn::Vacant => Err(None),
        };
        self.slots[at].after = self.vacant;
        self.vacant = Some(at);
        left
    }

    fn unlink(&mut self, at: usize) {
        let (before, after) = (self.slots[at].before, self.slots[at].after);
        match before {
            Some(before) => self.slots[before].after = after,
            None => self.first = after,
        }
        match after {
            Some(after) => self.slots[after].before = before,
            None => self.last = before,
        }
        self.len -= 1;
    }
}
