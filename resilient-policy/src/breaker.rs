use std::{fmt, time::Duration};

use crate::{
    duration::format,
    parameter::layer,
    problem::{Check, Problem},
};

/// When a circuit breaker opens.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Threshold {
    /// After so many failures in a row.
    Failures(u32),
    /// When this share of the calls in the window has failed, over 0.0 and up to 1.0; reached at `>=`.
    Rate(f64),
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failures(failures) => failures.fmt(f),
            Self::Rate(rate) => write!(f, "{rate:?}"),
        }
    }
}

/// What a rate is counted over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Window {
    /// The last so many calls.
    Calls(u32),
    /// The calls of the last so long.
    Time(Duration),
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Calls(calls) => calls.fmt(f),
            Self::Time(time) => write!(f, "\"{}\"", format(*time)),
        }
    }
}

/// What a circuit breaker counts as one outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Per {
    /// Each attempt: a retried call counts as often as it left.
    #[default]
    Attempt,
    /// Each call, however often it was retried.
    Call,
}

/// Who shares a circuit breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Scope {
    /// All methods of the service.
    #[default]
    Service,
    /// Each method has its own.
    Method,
}

layer! {
    /// The parameters of a circuit breaker, as one layer of configuration gives them.
    pub struct BreakerConfig {
        /// How many outcomes must be in the window before a rate is judged (5, or the whole window where that is less).
        min_calls: u32,
        /// How long an open breaker rejects before it lets probes through ("60s").
        recovery: Duration,
        /// The factor by which each opening without a close in between lasts longer than the one before (1.0).
        recovery_factor: f64,
        /// The longest that an opening lasts, however often it grew ("10m", or `recovery` where that is more).
        max_recovery: Duration,
        /// The share of its length by which an opening is prolonged at random at most, from 0.0 to 1.0 (0.0), so that
        /// many processes do not probe together. Held under `max_recovery`.
        recovery_jitter: f64,
        /// How many probes are let through half-open (1). Consecutive mode: all of them must succeed to close it.
        /// Rate mode: their failure rate decides, as soon as it is certain.
        half_open: u32,
        /// How long a probe may take before it loses its lease, and its place goes to another one ("60s").
        /// Longer than the slowest good call, or no probe's answer ever counts.
        half_open_timeout: Duration,
        /// How long it may stay half-open before it is decided by the probes that have ended so far: closed where
        /// there are any and they are good, open again where not (five times `half_open_timeout`).
        max_half_open: Duration,
        /// How long a call takes, at the least, to count as slow (no default: none is slow without it).
        slow: Duration,
        /// The share of slow calls in the window at which it opens, over 0.0 and up to 1.0 (1.0).
        slow_rate: f64,
        /// What counts as one outcome (each attempt).
        per: Per,
        /// Who shares it (all methods of the service).
        scope: Scope,
        /// Whether there is one for each key that the calls give, such as a host, within the scope (`false`).
        keyed: bool,
    }
    by hand {
        /// When it opens (5 failures in a row).
        threshold: Threshold,
        /// What the rates are counted over (20 calls).
        window: Window,
    }
}

impl BreakerConfig {
    /// How many failures in a row open the breaker (5). In the place of a failure rate.
    #[must_use]
    pub const fn threshold(mut self, failures: u32) -> Self {
        self.threshold = Some(Threshold::Failures(failures));
        self
    }

    /// The failure rate that opens the breaker, over 0.0 and up to 1.0. In the place of failures in a row.
    #[must_use]
    pub const fn failure_rate(mut self, rate: f64) -> Self {
        self.threshold = Some(Threshold::Rate(rate));
        self
    }

    /// Counts rates over the last so many calls (20).
    #[must_use]
    pub const fn window(mut self, calls: u32) -> Self {
        self.window = Some(Window::Calls(calls));
        self
    }

    /// Counts rates over the last so long, in the place of a number of calls. A call leaves the window up to 1/64 of
    /// its length early.
    #[must_use]
    pub const fn window_time(mut self, time: Duration) -> Self {
        self.window = Some(Window::Time(time));
        self
    }
}

/// The parameters of a circuit breaker with every default filled in.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct BreakerSettings {
    /// When it opens.
    pub threshold: Threshold,
    /// What rates are counted over.
    pub window: Window,
    /// Outcomes in the window before a rate is judged.
    pub min_calls: u32,
    /// How long the first opening rejects.
    pub recovery: Duration,
    /// The factor by which openings grow.
    pub recovery_factor: f64,
    /// The longest opening.
    pub max_recovery: Duration,
    /// The share of its length by which an opening is prolonged at random at most.
    pub recovery_jitter: f64,
    /// Probes let through half-open.
    pub half_open: u32,
    /// How long a probe may take.
    pub half_open_timeout: Duration,
    /// How long it may stay half-open.
    pub max_half_open: Duration,
    /// How long a slow call takes, at the least.
    pub slow: Option<Duration>,
    /// The share of slow calls at which it opens.
    pub slow_rate: f64,
    /// What counts as one outcome.
    pub per: Per,
    /// Who shares it.
    pub scope: Scope,
    /// Whether there is one for each key.
    pub keyed: bool,
}

/// A window of more calls than this judges by a past that nobody remembers, and takes memory.
const LONGEST_WINDOW: u32 = 100_000;
const MOST_PROBES: u32 = 1_000;

impl BreakerConfig {
    /// The parameters with their defaults.
    pub fn settings(&self) -> BreakerSettings {
        let window = self.window.unwrap_or(Window::Calls(20));
        let most = match window {
            Window::Calls(calls) => calls,
            Window::Time(_) => u32::MAX,
        };
        let recovery = self.recovery.unwrap_or(Duration::from_secs(60));
        let half_open_timeout = self.half_open_timeout.unwrap_or(Duration::from_secs(60));
        BreakerSettings {
            threshold: self.threshold.unwrap_or(Threshold::Failures(5)),
            window,
            min_calls: self.min_calls.unwrap_or(5.min(most)),
            recovery,
            recovery_factor: self.recovery_factor.unwrap_or(1.0),
            max_recovery: self.max_recovery.unwrap_or(Duration::from_secs(600).max(recovery)),
            recovery_jitter: self.recovery_jitter.unwrap_or(0.0),
            half_open: self.half_open.unwrap_or(1),
            half_open_timeout,
            max_half_open: self
                .max_half_open
                .unwrap_or_else(|| half_open_timeout.saturating_mul(5)),
            slow: self.slow,
            slow_rate: self.slow_rate.unwrap_or(1.0),
            per: self.per.unwrap_or_default(),
            scope: self.scope.unwrap_or_default(),
            keyed: self.keyed.unwrap_or_default(),
        }
    }

    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut check = Check::new("breaker");
        check.refuse(
            "threshold",
            self.threshold.filter(|threshold| matches!(threshold, Threshold::Failures(_))),
            |threshold| *threshold == Threshold::Failures(0),
            "would open before the first call; write the failures in a row that open it, 1 or more, such as `threshold = 5`",
        );
        check.refuse(
            "threshold",
            self.threshold,
            |threshold| matches!(threshold, Threshold::Rate(rate) if !is_share(*rate)),
            "is no failure rate; write the share of calls that may fail, over 0.0 and up to 1.0, such as `threshold = 0.5`",
        );
        self.window_problems(&mut check);
        self.recovery_problems(&mut check);
        self.half_open_problems(&mut check);
        check.duration(
            "slow",
            self.slow,
            Some("would take every call for a slow one; write how long a slow call takes, such as `slow = \"2s\"`"),
        );
        check.refuse(
            "slow_rate",
            self.slow_rate,
            |rate| !is_share(*rate),
            "is no share of calls; write a number over 0.0 and up to 1.0, such as `slow_rate = 0.5`",
        );
        check.problems
    }

    fn window_problems(&self, check: &mut Check) {
        match self.window {
            Some(Window::Time(time)) => check.duration(
                "window",
                Some(time),
                Some("is no time to count over; write the last calls or the time that a rate is counted over, such as `window = 20` or `window = \"30s\"`"),
            ),
            Some(Window::Calls(calls)) => check.refuse(
                "window",
                Some(calls),
                |calls| !(1..=LONGEST_WINDOW).contains(calls),
                "is no window that a rate can be counted over; write 1 to 100000 calls, or a time, such as `window = 20` or `window = \"30s\"`",
            ),
            None => {}
        }
        check.refuse(
            "min_calls",
            self.min_calls,
            |&n| n == 0,
            "would judge a rate of no calls; write the outcomes that a rate needs, 1 or more, such as `min_calls = 5`",
        );
        let window = match self.window {
            Some(Window::Time(_)) => None,
            Some(Window::Calls(calls)) => Some(calls),
            None => Some(20),
        };
        if let (Some(min_calls), Some(window)) = (self.min_calls, window)
            && min_calls > window
            && window > 0
        {
            let advice = format!(
                "is more than the {window} calls that `window` holds, so no rate would ever be judged; write at most {window}, or a longer `window`"
            );
            check.problems.push(
                Problem::new("breaker", "min_calls", min_calls, advice)
                    .against("breaker", "window"),
            );
        }
    }

    fn recovery_problems(&self, check: &mut Check) {
        check.duration(
            "recovery",
            self.recovery,
            Some("would never reject a call; write how long it stays open, such as `recovery = \"60s\"`"),
        );
        check.refuse(
            "recovery_factor",
            self.recovery_factor,
            |factor| !(1.0..=1_000.0).contains(factor),
            "is not a factor that an opening can grow by; write a number from 1.0 to 1000.0, such as `recovery_factor = 2.0`",
        );
        check.duration(
            "max_recovery",
            self.max_recovery,
            Some("would never reject a call; write the longest that it stays open, such as `max_recovery = \"10m\"`"),
        );
        let recovery = self.settings().recovery;
        check.shorter(
            "max_recovery",
            self.max_recovery,
            "recovery",
            recovery,
            "so no opening could last as long as the first; write at least `recovery`",
        );
        check.refuse(
            "recovery_jitter",
            self.recovery_jitter,
            |share| !(0.0..=1.0).contains(share),
            "is no share of the recovery time; write a number from 0.0 to 1.0, such as `recovery_jitter = 0.1`",
        );
    }

    fn half_open_problems(&self, check: &mut Check) {
        check.refuse(
            "half_open",
            self.half_open,
            |&n| n == 0,
            "would never close again; write the number of probes, 1 or more, such as `half_open = 1`",
        );
        check.refuse(
            "half_open",
            self.half_open,
            |&n| n > MOST_PROBES,
            "is more probes than a service that recovers can bear; write 1 to 1000, such as `half_open = 5`",
        );
        check.duration(
            "half_open_timeout",
            self.half_open_timeout,
            Some("would take every probe's lease at once; write more than the slowest good call, such as `half_open_timeout = \"60s\"`"),
        );
        check.duration(
            "max_half_open",
            self.max_half_open,
            Some("would decide before a probe has ended; write how long it may stay half-open, such as `max_half_open = \"5m\"`"),
        );
        let lease = self.settings().half_open_timeout;
        check.shorter("max_half_open", self.max_half_open, "half_open_timeout", lease, "so it would be decided before a probe's time is over; write at least `half_open_timeout`");
    }

    /// What the last layer must have or may not have.
    pub(crate) fn final_problems(&self) -> Vec<Problem> {
        let mut check = Check::new("breaker");
        let settings = self.settings();
        let rates = matches!(settings.threshold, Threshold::Rate(_)) || settings.slow.is_some();
        let needs_rate = "says nothing where the breaker opens after failures in a row; write a failure rate, such as `threshold = 0.5`, or leave it out";
        check.idle("window", self.window, "threshold", !rates, needs_rate);
        check.idle("min_calls", self.min_calls, "threshold", !rates, needs_rate);
        check.idle(
            "slow_rate",
            self.slow_rate,
            "slow",
            settings.slow.is_none(),
            "says nothing while no call counts as slow; write how long a slow call takes, such as `slow = \"2s\"`",
        );
        check.idle(
            "max_recovery",
            self.max_recovery.map(|time| format!("\"{}\"", format(time))),
            "recovery_factor",
            self.recovery_factor.is_none() && self.recovery_jitter.is_none(),
            "says nothing while the recovery time does not grow; write by how much it does, such as `recovery_factor = 2.0`, or leave it out",
        );
        check.problems
    }
}

/// Whether a number is a share of calls that can be reached.
fn is_share(share: f64) -> bool {
    share > 0.0 && share <= 1.0
}
