use std::time::Duration;

use crate::{
    parameter::layer,
    problem::{Check, Problem},
};

layer! {
    /// The parameters of a circuit breaker, as one layer of configuration gives them.
    pub struct BreakerConfig {
        /// How many failures in a row open the breaker (5).
        threshold: u32,
        /// How long an open breaker rejects before it lets probes through ("60s").
        recovery: Duration,
        /// How many probes are let through half-open; all of them must succeed to close it (1).
        half_open: u32,
        /// How long a half-open round may last before its probes lose their lease and a new round begins ("60s").
        /// Longer than the slowest good call, or no probe's answer ever counts.
        half_open_timeout: Duration,
    }
}

/// The parameters of a circuit breaker with every default filled in.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct BreakerSettings {
    /// Failures in a row that open the breaker.
    pub threshold: u32,
    /// How long an open breaker rejects.
    pub recovery: Duration,
    /// Probes let through half-open.
    pub half_open: u32,
    /// How long a half-open round may last.
    pub half_open_timeout: Duration,
}

impl BreakerConfig {
    /// The parameters with their defaults.
    pub fn settings(&self) -> BreakerSettings {
        BreakerSettings {
            threshold: self.threshold.unwrap_or(5),
            recovery: self.recovery.unwrap_or(Duration::from_secs(60)),
            half_open: self.half_open.unwrap_or(1),
            half_open_timeout: self.half_open_timeout.unwrap_or(Duration::from_secs(60)),
        }
    }

    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut check = Check::new("breaker");
        check.refuse(
            "threshold",
            self.threshold,
            |&n| n == 0,
            "would open before the first call; write the failures in a row that open it, 1 or more, such as `threshold = 5`",
        );
        check.duration(
            "recovery",
            self.recovery,
            Some("would never reject a call; write how long it stays open, such as `recovery = \"60s\"`"),
        );
        check.refuse(
            "half_open",
            self.half_open,
            |&n| n == 0,
            "would never close again; write the number of probes, 1 or more, such as `half_open = 1`",
        );
        check.duration(
            "half_open_timeout",
            self.half_open_timeout,
            Some("would take every probe's lease at once; write more than the slowest good call, such as `half_open_timeout = \"60s\"`"),
        );
        check.problems
    }
}
