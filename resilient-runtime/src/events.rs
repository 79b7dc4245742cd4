//! What the policies tell of themselves: `tracing` events with the target [`TARGET`] and a field `event`.

use std::time::Duration;

use tracing::{debug, error, info, warn};

use crate::{BreakerTransition, ErrorKind, Name, Provenance, Rejection, State, counters::GiveUp};

/// The target of every event.
pub(crate) const TARGET: &str = "resilient";

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

pub(crate) fn breaker(transition: &BreakerTransition) {
    let BreakerTransition { service, method, key, from, to, .. } = transition;
    let (service, from, to) = (service.as_str(), from.as_str(), to.as_str());
    let (method, key) = (method.as_deref(), key.as_deref());
    match transition.to {
        State::Open => {
            warn!(target: TARGET, event = "breaker", service, method, key, from, to, "breaker opened");
        }
        _ => {
            info!(target: TARGET, event = "breaker", service, method, key, from, to, "breaker changed its state");
        }
    }
}

pub(crate) fn listener_panicked(transition: &BreakerTransition) {
    let BreakerTransition { service, method, key, .. } = transition;
    let (service, method, key) = (service.as_str(), method.as_deref(), key.as_deref());
    error!(target: TARGET, event = "listener_panicked", service, method, key, "a listener panicked");
}

/// The names that each event of a call carries.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) service: Name,
    pub(crate) method: Name,
}

impl Subject {
    pub(crate) fn attempt(&self, attempt: u32) {
        // Looked up in the event, and so only where somebody listens.
        debug!(
            target: TARGET,
            event = "attempt",
            service = self.service.as_str(),
            method = self.method.as_str(),
            attempt,
            "attempt"
        );
    }

    pub(crate) fn attempt_failed(&self, attempt: u32, kind: ErrorKind, elapsed: Duration) {
        let (service, method) = (self.service.as_str(), self.method.as_str());
        let elapsed_ms = millis(elapsed);
        info!(target: TARGET, event = "attempt_failed", service, method, attempt, %kind, elapsed_ms, "attempt failed");
    }

    pub(crate) fn retry(&self, attempt: u32, delay: Duration) {
        let (service, method) = (self.service.as_str(), self.method.as_str());
        info!(target: TARGET, event = "retry", service, method, attempt, delay_ms = millis(delay), "will retry");
    }

    pub(crate) fn gave_up(&self, attempts: u32, reason: GiveUp) {
        let (service, method, reason) =
            (self.service.as_str(), self.method.as_str(), reason.as_str());
        info!(target: TARGET, event = "gave_up", service, method, attempts, reason, "gave up");
    }

    pub(crate) fn hedge(&self, attempt: u32, hedge: u32) {
        let (service, method) = (self.service.as_str(), self.method.as_str());
        debug!(target: TARGET, event = "hedge", service, method, attempt, hedge, "sends a hedge");
    }

    pub(crate) fn bulkhead_wait(&self) {
        let (service, method) = (self.service.as_str(), self.method.as_str());
        debug!(target: TARGET, event = "bulkhead_wait", service, method, "waits for a place");
    }

    pub(crate) fn rate_wait(&self, wait: Duration) {
        let (service, method) = (self.service.as_str(), self.method.as_str());
        debug!(target: TARGET, event = "rate_wait", service, method, wait_ms = millis(wait), "waits for its turn");
    }

    pub(crate) fn rejected(&self, rejection: &Rejection) {
        let (service, method) = (self.service.as_str(), self.method.as_str());
        let reason = match rejection {
            Rejection::BreakerOpen { .. } => "breaker_open",
            Rejection::RateLimited { .. } => "rate_limited",
            Rejection::BulkheadFull { .. } => "bulkhead_full",
            Rejection::TimedOut { .. } => "timed_out",
        };
        info!(target: TARGET, event = "rejected", service, method, reason, "rejected");
    }

    pub(crate) fn served(&self, provenance: &Provenance) {
        // Worked out in the event, and so only where somebody listens.
        let rung = || match *provenance {
            Provenance::Fallback { rung } => Some(rung),
            _ => None,
        };
        let attempts = || match *provenance {
            Provenance::Live { attempts } => Some(attempts),
            _ => None,
        };
        debug!(
            target: TARGET,
            event = "served",
            service = self.service.as_str(),
            method = self.method.as_str(),
            source = provenance.as_str(),
            age_ms = millis(provenance.age()),
            rung = rung(),
            attempts = attempts(),
            "served"
        );
    }

    pub(crate) fn cache(&self, problem: &dyn std::fmt::Display) {
        let (service, method) = (self.service.as_str(), self.method.as_str());
        warn!(target: TARGET, event = "cache", service, method, %problem, "the cache stands aside");
    }

    #[cfg(feature = "disk")]
    pub(crate) fn disk_changed(&self, problem: &str) {
        let (service, method) = (self.service.as_str(), self.method.as_str());
        debug!(target: TARGET, event = "cache", service, method, problem, "an answer on disk is of another type than today's, and is fetched anew");
    }
}
