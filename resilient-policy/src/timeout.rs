use std::time::Duration;

use crate::{
    Tier,
    duration::format,
    parameter::layer,
    problem::{Check, MISSING, Problem},
};

/// How long one attempt may take.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum AttemptTime {
    /// So long.
    Fixed(Duration),
    /// As long as others of its class.
    Tier(Tier),
}

impl AttemptTime {
    /// How long an attempt may take; the first is number 1.
    pub fn of(&self, number: u32) -> Duration {
        match self {
            Self::Fixed(time) => *time,
            Self::Tier(tier) => tier.attempt(number),
        }
    }
}

layer! {
    /// The parameters of a timeout that follows the latencies that it sees.
    pub struct AdaptiveConfig {
        /// The percentile of recent latencies that it is made of, over 0 and up to 100 (99).
        percentile: f64,
        /// How many times that latency an attempt may take (2.0).
        factor: f64,
        /// The shortest that it becomes ("100ms").
        min: Duration,
        /// The longest that it becomes ("30s").
        max: Duration,
    }
}

/// The parameters of an adaptive timeout with every default filled in.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct AdaptiveSettings {
    /// The percentile of recent latencies.
    pub percentile: f64,
    /// How many times that latency an attempt may take.
    pub factor: f64,
    /// The shortest.
    pub min: Duration,
    /// The longest.
    pub max: Duration,
}

layer! {
    /// The parameters of a timeout, as one layer of configuration gives them.
    pub struct TimeoutConfig {
        /// How long the whole call may take, waits and retries included (no default: no limit without it).
        call: Duration,
        /// Follows recent latencies, in the place of a fixed time for an attempt; until enough of them are known an
        /// attempt may take `attempt`, or the longest that the adaptive time becomes.
        adaptive: AdaptiveConfig,
    }
    by hand {
        /// How long one attempt may take (no default: no limit without it).
        attempt: AttemptTime,
    }
}

impl TimeoutConfig {
    /// How long one attempt may take (no default: no limit without it).
    #[must_use]
    pub const fn attempt(mut self, time: Duration) -> Self {
        self.attempt = Some(AttemptTime::Fixed(time));
        self
    }

    /// The class of operations that says how long one attempt may take, in the place of a time.
    #[must_use]
    pub const fn tier(mut self, tier: Tier) -> Self {
        self.attempt = Some(AttemptTime::Tier(tier));
        self
    }
}

/// The parameters of a timeout.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TimeoutSettings {
    /// How long one attempt may take.
    pub attempt: Option<AttemptTime>,
    /// How long the whole call may take.
    pub call: Option<Duration>,
    /// How an attempt's time follows recent latencies.
    pub adaptive: Option<AdaptiveSettings>,
}

impl TimeoutSettings {
    /// The longest that an attempt of this number may take.
    pub fn longest_attempt(&self, number: u32) -> Option<Duration> {
        let fixed = self.attempt.map(|time| time.of(number));
        self.adaptive.map(|adaptive| adaptive.max).max(fixed)
    }
}

impl AdaptiveConfig {
    /// The parameters with their defaults.
    pub fn settings(&self) -> AdaptiveSettings {
        let (min, max) = (Duration::from_millis(100), Duration::from_secs(30));
        AdaptiveSettings {
            percentile: self.percentile.unwrap_or(99.0),
            factor: self.factor.unwrap_or(2.0),
            min: self.min.unwrap_or_else(|| min.min(self.max.unwrap_or(min))),
            max: self.max.unwrap_or_else(|| max.max(self.min.unwrap_or(max))),
        }
    }
}

impl TimeoutConfig {
    /// The parameters with their defaults.
    pub fn settings(&self) -> TimeoutSettings {
        TimeoutSettings {
            attempt: self.attempt,
            call: self.call,
            adaptive: self.adaptive.as_ref().map(AdaptiveConfig::settings),
        }
    }

    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut check = Check::new("timeout");
        let fixed = match self.attempt {
            Some(AttemptTime::Fixed(time)) => Some(time),
            _ => None,
        };
        check.duration(
            "attempt",
            fixed,
            Some("would time out every attempt; write how long one may take, such as `attempt = \"2s\"`"),
        );
        check.duration(
            "call",
            self.call,
            Some("would time out every call; write how long one may take in all, such as `call = \"10s\"`"),
        );
        match self.attempt {
            Some(AttemptTime::Tier(tier)) => {
                let first = tier.attempt(1);
                if let Some(call) = self.call.filter(|call| *call < first && !call.is_zero()) {
                    let advice = format!(
                        "is shorter than the \"{}\" that an attempt of the tier `{tier}` may take; write a `call` time of at least that",
                        format(first)
                    );
                    let call = format!("\"{}\"", format(call));
                    check.problems.push(
                        Problem::new("timeout", "call", call, advice).against("timeout", "tier"),
                    );
                }
            }
            Some(AttemptTime::Fixed(attempt)) => {
                check.shorter(
                    "call",
                    self.call,
                    "attempt",
                    attempt,
                    "so no attempt could use its time; write a `call` time of at least `attempt`",
                );
            }
            None => {}
        }
        if let Some(adaptive) = &self.adaptive {
            adaptive_problems(adaptive, fixed, &mut check);
        }
        check.problems
    }

    pub(crate) fn missing(&self) -> Option<Problem> {
        (self.attempt.is_none() && self.call.is_none() && self.adaptive.is_none()).then(|| {
            Problem::new("timeout", "attempt", MISSING, "is missing, and so is `call`; write how long an attempt may take, such as `timeout = \"2s\"`")
        })
    }
}

fn adaptive_problems(adaptive: &AdaptiveConfig, attempt: Option<Duration>, check: &mut Check) {
    check.refuse(
        "percentile",
        adaptive.percentile,
        |percentile| !is_percentile(*percentile),
        "is no percentile; write a number over 0 and up to 100, such as `percentile = 99`",
    );
    check.refuse(
        "factor",
        adaptive.factor,
        |factor| !(1.0..=1_000.0).contains(factor),
        "would time out calls that are no slower than most; write a number from 1.0 to 1000.0, such as `factor = 2.0`",
    );
    check.duration(
        "min",
        adaptive.min,
        Some("is no time; write the shortest that an attempt may be given, such as `min = \"100ms\"`"),
    );
    check.duration(
        "max",
        adaptive.max,
        Some("would time out every attempt; write the longest that one may be given, such as `max = \"30s\"`"),
    );
    let settings = adaptive.settings();
    check.shorter(
        "max",
        adaptive.max,
        "min",
        settings.min,
        "so there is no time between them; write at least `min`",
    );
    if let Some(attempt) = attempt.filter(|time| {
        !time.is_zero()
            && check.problems.is_empty()
            && !(settings.min..=settings.max).contains(time)
    }) {
        let advice = format!(
            "is not between \"{}\" and \"{}\", where `adaptive` keeps it; write a time between them for the first attempts, or leave it out",
            format(settings.min),
            format(settings.max)
        );
        let value = format!("\"{}\"", format(attempt));
        check
            .problems
            .push(Problem::new("timeout", "attempt", value, advice).against("timeout", "adaptive"));
    }
}

pub(crate) fn is_percentile(percentile: f64) -> bool {
    percentile > 0.0 && percentile <= 100.0
}
