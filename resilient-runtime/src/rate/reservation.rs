use std::{fmt, time::Duration};

use super::{Admission, Priority, RateLimiter, Token, Waiting};
use crate::{Rejection, blocking, clock::Moment};

/// A slot of a [`RateLimiter`]: tokens that are there, or a stand in its line. Dropped before it is redeemed, the slot
/// goes to the next.
#[must_use = "dropped, it is given back"]
pub struct Reservation {
    limiter: RateLimiter,
    priority: Priority,
    hold: Hold,
}

enum Hold {
    Tokens(Token),
    Slot(Waiting),
    Nothing,
}

impl Reservation {
    pub(super) fn new(limiter: RateLimiter, priority: Priority, admission: Admission) -> Self {
        let hold = match admission {
            Admission::Taken(token) => Hold::Tokens(token),
            Admission::Slot { waiting, .. } => Hold::Slot(waiting),
        };
        Self { limiter, priority, hold }
    }

    /// How long until its tokens are there. Shorter than it was where those before it went away, longer where others of
    /// a higher priority came, or the limiter paused.
    pub fn wait(&self) -> Duration {
        match &self.hold {
            Hold::Slot(waiting) => waiting.until(Moment::now()),
            Hold::Tokens(_) | Hold::Nothing => Duration::ZERO,
        }
    }

    /// Waits for the tokens, and takes them.
    ///
    /// # Errors
    ///
    /// [`Rejection::RateLimited`] where the slot was lost to others of a higher priority, or the limiter paused for longer
    /// than the `wait` of its configuration, counted from when it was reserved.
    pub async fn redeem(mut self) -> Result<(), Rejection> {
        match std::mem::replace(&mut self.hold, Hold::Nothing) {
            Hold::Tokens(_) | Hold::Nothing => Ok(()),
            Hold::Slot(waiting) => match waiting.token().await {
                Ok(token) => {
                    self.limiter.admitted(token, self.priority);
                    Ok(())
                }
                Err(_) => {
                    let wait = self.limiter.next_slot(1, self.priority, Moment::now());
                    Err(self.limiter.rejection(wait))
                }
            },
        }
    }

    /// Like [`redeem`](Self::redeem), and blocks the thread meanwhile.
    ///
    /// # Errors
    ///
    /// As for [`redeem`](Self::redeem).
    pub fn redeem_blocking(self) -> Result<(), Rejection> {
        blocking::wait(self.redeem())
    }

    /// Gives the slot back, as dropping it does.
    pub fn cancel(self) {}
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if let Hold::Tokens(token) = self.hold {
            self.limiter.give_back(token, self.priority, Moment::now());
        }
    }
}

impl fmt::Debug for Reservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reservation")
            .field("priority", &self.priority)
            .field("wait", &self.wait())
            .finish_non_exhaustive()
    }
}
