//! What a limiter is asked and told by hand.

use std::time::Duration;

use resilient_policy::RateConfig;

use super::{Priority, RateLimiter, RateSnapshot, Reservation, priority};
use crate::{ConfigError, Rejection, clock::Moment, config_error::subject, deadline};

impl RateLimiter {
    /// Everything about it, at one moment.
    ///
    /// The counts of one of many [keyed](RateConfig::keyed) limiters are those of all of them.
    pub fn snapshot(&self) -> RateSnapshot {
        let now = Moment::now();
        let settings = self.settings();
        self.under_lock(|state, wakers| {
            state.serve(now, wakers);
            let waiting = state.line.waiting();
            RateSnapshot {
                limit: state.quota.limit(),
                per: settings.per,
                burst: state.quota.burst(),
                algorithm: settings.algorithm,
                adaptive: settings.adaptive,
                available: if state.line.is_empty() { state.quota.available(now) } else { 0 },
                waiting: waiting.iter().sum(),
                waiting_by_priority: waiting.into(),
                next_slot: state.next_slot(1, Priority::Normal, now),
                counts: self.counts().get(),
            }
        })
    }

    /// Takes tokens if they are there and nobody waits; never waits itself.
    ///
    /// # Errors
    ///
    /// [`Rejection::RateLimited`], which says when they would be there.
    pub fn try_acquire(&self, tokens: u32) -> Result<(), Rejection> {
        let (now, priority) = (Moment::now(), priority());
        if self.spare(tokens, priority, now).is_some() {
            return Ok(());
        }
        self.counts().rejected.add(priority, 1);
        Err(self.rejection(self.next_slot(tokens, priority, now)))
    }

    /// Takes tokens, and waits for them where they are not there yet: at most for the `wait` of its configuration, or
    /// until the deadline of the decorated call around it. Its priority is that of [`with_priority`](crate::with_priority).
    ///
    /// # Errors
    ///
    /// [`Rejection::RateLimited`] at once where the tokens come later than that, and always for more than `burst` of
    /// them, which are never there at once; later where others of a higher priority came before.
    pub async fn acquire(&self, tokens: u32) -> Result<(), Rejection> {
        self.reserve(tokens)?.redeem().await
    }

    /// Like [`acquire`](Self::acquire), and blocks the thread meanwhile.
    ///
    /// # Errors
    ///
    /// As for [`acquire`](Self::acquire).
    pub fn acquire_blocking(&self, tokens: u32) -> Result<(), Rejection> {
        self.reserve(tokens)?.redeem_blocking()
    }

    /// Takes a slot for so many tokens, as [`acquire`](Self::acquire) does, without waiting for them yet.
    ///
    /// # Errors
    ///
    /// As for [`acquire`](Self::acquire).
    pub fn reserve(&self, tokens: u32) -> Result<Reservation, Rejection> {
        let (now, priority) = (Moment::now(), priority());
        match self.ask(tokens, priority, now, deadline::inherited()) {
            Ok(admission) => Ok(Reservation::new(self.clone(), priority, admission)),
            Err(wait) => Err(self.rejection(wait)),
        }
    }

    /// Lets nobody through for so long, unless it pauses for longer already. No burst gathers meanwhile.
    pub fn pause(&self, length: Duration) {
        self.pause_at(length.min(resilient_policy::duration::LONGEST), Moment::now());
    }

    /// Changes the requests in each `per`. Those who wait stay in line, what was taken stays taken, and `burst` as it is.
    ///
    /// Where the limiter adapts, it is the most that the rate becomes.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] for a limit that could not have been configured either.
    pub fn set_limit(&self, limit: f64) -> Result<(), ConfigError> {
        let settings = self.settings();
        // A window that gets smaller than the burst holds that too.
        let config = RateConfig::new().limit(limit).per(settings.per).algorithm(settings.algorithm);
        let mut problems = config.problems();
        if problems.is_empty() {
            problems = config.final_problems();
        }
        if !problems.is_empty() {
            let subject = subject(&self.0.common.service, None);
            return Err(ConfigError::Invalid { subject, problems });
        }
        let now = Moment::now();
        self.under_lock(|state, wakers| {
            state.quota.turn(now);
            state.quota.set_limit(limit, now);
            if let Some(adaptive) = &mut state.adaptive {
                let rate = adaptive.set_max(limit);
                state.quota.set_pace(rate, now);
            }
            state.serve(now, wakers);
        });
        Ok(())
    }

    pub(super) fn rejection(&self, retry_after: Duration) -> Rejection {
        Rejection::RateLimited { service: self.0.common.service.clone(), retry_after }
    }
}
