use std::time::Duration;

use resilient_policy::Threshold;

use super::State;

/// What a circuit breaker is at, at one moment. Durations are serialized in seconds.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct BreakerSnapshot {
    /// The state.
    pub state: State,
    /// Failures in a row so far, in the present state.
    pub consecutive_failures: u32,
    /// What opens it, as it was configured.
    pub threshold: Threshold,
    /// What the rates are counted over; `None` where it opens after failures in a row alone, which needs no window.
    pub window: Option<WindowSnapshot>,
    /// The share of the calls in the window that failed; `None` where it is unknown, because fewer than `min_calls`
    /// are in it. Unknown is not 0.
    pub failure_rate: Option<f64>,
    /// The share of the calls in the window that were slow; `None` where it is unknown, or no call counts as slow.
    pub slow_rate: Option<f64>,
    /// Probes of the present half-open round that were let through and have not given their place back.
    pub probes: u32,
    /// Those of them that have succeeded.
    pub probes_passed: u32,
    /// Those of them that have failed.
    pub probes_failed: u32,
    /// How long until the next probe may pass; `None` unless it is open or half-open.
    #[serde(serialize_with = "crate::seconds::serialize_option")]
    pub retry_after: Option<Duration>,
    /// How long ago the last failure was counted, in whichever state.
    #[serde(serialize_with = "crate::seconds::serialize_option")]
    pub since_last_failure: Option<Duration>,
    /// How many times it has opened.
    pub openings: u64,
    /// How many times it has changed its state.
    pub transitions: u64,
    /// Failures that were counted, ever. Successes are not: a healthy breaker only reads. A method's successes are in
    /// [`MethodSnapshot`](crate::MethodSnapshot).
    pub failures: u64,
    /// Calls that were rejected, ever.
    pub rejected: u64,
    /// How long it has been in each state so far, the present stay included.
    pub time_in: StateTimes,
}

/// What is in a window, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct WindowSnapshot {
    /// How many calls it holds; `None` for a window of time.
    pub capacity: Option<u32>,
    /// How far it goes back, in seconds where it is serialized; `None` for a window of calls.
    #[serde(serialize_with = "crate::seconds::serialize_option")]
    pub time: Option<Duration>,
    /// The calls that are in it.
    pub calls: u64,
    /// Those of them that failed.
    pub failures: u64,
    /// Those of them that were slow, failed or not.
    pub slow: u64,
}

/// How long a breaker has been in each state. Durations are serialized in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[non_exhaustive]
pub struct StateTimes {
    /// In [`State::Closed`].
    #[serde(serialize_with = "crate::seconds::serialize")]
    pub closed: Duration,
    /// In [`State::Open`].
    #[serde(serialize_with = "crate::seconds::serialize")]
    pub open: Duration,
    /// In [`State::HalfOpen`].
    #[serde(serialize_with = "crate::seconds::serialize")]
    pub half_open: Duration,
    /// In [`State::ForcedOpen`].
    #[serde(serialize_with = "crate::seconds::serialize")]
    pub forced_open: Duration,
    /// In [`State::ForcedClosed`].
    #[serde(serialize_with = "crate::seconds::serialize")]
    pub forced_closed: Duration,
    /// In [`State::Disabled`].
    #[serde(serialize_with = "crate::seconds::serialize")]
    pub disabled: Duration,
    /// In [`State::MetricsOnly`].
    #[serde(serialize_with = "crate::seconds::serialize")]
    pub metrics_only: Duration,
}

impl StateTimes {
    pub(super) fn add(&mut self, state: State, time: Duration) {
        let total = match state {
            State::Closed => &mut self.closed,
            State::Open => &mut self.open,
            State::HalfOpen => &mut self.half_open,
            State::ForcedOpen => &mut self.forced_open,
            State::ForcedClosed => &mut self.forced_closed,
            State::Disabled => &mut self.disabled,
            State::MetricsOnly => &mut self.metrics_only,
        };
        *total = total.saturating_add(time);
    }
}
