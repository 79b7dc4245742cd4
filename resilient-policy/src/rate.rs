use std::time::Duration;

use crate::{
    parameter::layer,
    problem::{Check, MISSING, Problem},
};

layer! {
    /// The parameters of a rate limiter, as one layer of configuration gives them.
    pub struct RateConfig {
        /// How many requests may leave in each `per`; a fraction is fine (no default: it must be given).
        limit: f64,
        /// The time that `limit` is counted over ("1s").
        per: Duration,
        /// How many requests may leave at once after a quiet time (twice the rate per second, at least 1).
        burst: u32,
        /// How long a call may wait for its turn before it is rejected ("5s").
        wait: Duration,
    }
}

/// The parameters of a rate limiter with every default filled in.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct RateSettings {
    /// Requests in each `per`.
    pub limit: f64,
    /// The time that `limit` is counted over.
    pub per: Duration,
    /// Requests that may leave at once.
    pub burst: u32,
    /// How long a call may wait for its turn.
    pub wait: Duration,
}

/// Over this many requests a second a limiter is only overhead.
const FASTEST: f64 = 1e9;

impl RateConfig {
    /// The parameters with their defaults.
    pub fn settings(&self) -> RateSettings {
        let limit = self.limit.unwrap_or(1.0);
        let per = self.per.unwrap_or(Duration::from_secs(1));
        RateSettings {
            limit,
            per,
            burst: self.burst.unwrap_or_else(|| default_burst(limit / per.as_secs_f64())),
            wait: self.wait.unwrap_or(Duration::from_secs(5)),
        }
    }

    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut check = Check::new("rate");
        check.refuse(
            "limit",
            self.limit,
            |&n| !(n.is_finite() && n > 0.0),
            "would let no request through; write the requests per `per`, more than 0, such as `limit = 0.5`",
        );
        check.duration(
            "per",
            self.per,
            Some("is no time to count over; write the time that `limit` is counted over, such as `per = \"1s\"`"),
        );
        check.refuse(
            "burst",
            self.burst,
            |&n| n == 0,
            "would let no request through; write the requests that may leave at once, 1 or more, such as `burst = 1`",
        );
        check.duration("wait", self.wait, None);
        if let Some(limit) = self.limit
            && check.problems.is_empty()
        {
            let per_second = limit / self.per.unwrap_or(Duration::from_secs(1)).as_secs_f64();
            if per_second > FASTEST || per_second < 1.0 / crate::duration::LONGEST.as_secs_f64() {
                let advice = "is not a rate that can be kept; write between one request in 100 years and 1e9 a second";
                check.problems.push(Problem::new("rate", "limit", limit, advice));
            }
        }
        check.problems
    }

    pub(crate) fn missing(&self) -> Option<Problem> {
        self.limit.is_none().then(|| {
            Problem::new(
                "rate",
                "limit",
                MISSING,
                "is missing; write the requests per second, such as `rate = 0.5`",
            )
        })
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range of u32 before"
)]
fn default_burst(per_second: f64) -> u32 {
    (per_second * 2.0).floor().clamp(1.0, f64::from(u32::MAX)) as u32
}
