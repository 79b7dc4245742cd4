use std::time::Duration;

use crate::{
    duration::format,
    parameter::layer,
    problem::{Check, MISSING, Problem},
};

layer! {
    /// The parameters of a timeout, as one layer of configuration gives them.
    pub struct TimeoutConfig {
        /// How long one attempt may take (no default: no limit without it).
        attempt: Duration,
        /// How long the whole call may take, waits and retries included (no default: no limit without it).
        call: Duration,
    }
}

/// The parameters of a timeout.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TimeoutSettings {
    /// How long one attempt may take.
    pub attempt: Option<Duration>,
    /// How long the whole call may take.
    pub call: Option<Duration>,
}

impl TimeoutConfig {
    /// The parameters with their defaults.
    pub fn settings(&self) -> TimeoutSettings {
        TimeoutSettings { attempt: self.attempt, call: self.call }
    }

    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut check = Check::new("timeout");
        check.duration(
            "attempt",
            self.attempt,
            Some("would time out every attempt; write how long one may take, such as `attempt = \"2s\"`"),
        );
        check.duration(
            "call",
            self.call,
            Some("would time out every call; write how long one may take in all, such as `call = \"10s\"`"),
        );
        if let (Some(attempt), Some(call)) = (self.attempt, self.call)
            && call < attempt
            && !call.is_zero()
        {
            let advice = format!(
                "is shorter than `attempt = \"{}\"`, so no attempt could use its time; write a `call` time of at least `attempt`",
                format(attempt)
            );
            let value = format!("\"{}\"", format(call));
            check
                .problems
                .push(Problem::new("timeout", "call", value, advice).against("timeout", "attempt"));
        }
        check.problems
    }

    pub(crate) fn missing(&self) -> Option<Problem> {
        (self.attempt.is_none() && self.call.is_none()).then(|| {
            Problem::new("timeout", "attempt", MISSING, "is missing, and so is `call`; write how long an attempt may take, such as `timeout = \"2s\"`")
        })
    }
}
