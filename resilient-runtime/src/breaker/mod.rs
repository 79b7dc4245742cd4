//! The circuit breaker.

mod core;
mod handle;
mod judge;
mod keyed;
mod listeners;
#[cfg(all(test, resilient_loom))]
mod loom;
mod opening;
mod probes;
mod snapshot;
#[cfg(all(test, not(resilient_loom)))]
mod tests;
mod window;

use std::fmt;

pub(crate) use self::{
    core::{Admission, Ending},
    handle::{Owner, Permit},
    keyed::KeyedBreakers,
    listeners::Listeners,
};
pub use self::{
    handle::CircuitBreaker,
    listeners::{BreakerTransition, Subscription},
    snapshot::{BreakerSnapshot, StateTimes, WindowSnapshot},
};

/// The state of a circuit breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// Calls pass, failures are counted.
    Closed,
    /// Calls are rejected until the recovery time is over.
    Open,
    /// A few probes pass; they decide whether it closes.
    HalfOpen,
    /// Opened by hand: calls are rejected until it is reset.
    ForcedOpen,
    /// Closed by hand: calls pass whatever happens, until it is reset.
    ForcedClosed,
    /// Switched off by hand: calls pass and nothing is counted.
    Disabled,
    /// Calls pass whatever happens, and are counted.
    MetricsOnly,
}

impl State {
    /// The name in `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
            Self::ForcedOpen => "forced_open",
            Self::ForcedClosed => "forced_closed",
            Self::Disabled => "disabled",
            Self::MetricsOnly => "metrics_only",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
