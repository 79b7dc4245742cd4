use std::{fmt, time::Duration};

use crate::{
    parameter::layer,
    problem::{Check, MISSING, Problem},
};

/// How requests are counted against the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum RateAlgorithm {
    /// A bucket of `burst` tokens, and a new one every `per / limit`.
    TokenBucket,
    /// No more than `limit` in any time of the length `per`.
    SlidingWindow,
    /// A token bucket, and no more than `limit` in any time of the length `per` either.
    Both,
}

impl RateAlgorithm {
    /// The algorithms that the attribute names with a word.
    pub const NAMES: [(&'static str, Self); 3] = [
        ("token_bucket", Self::TokenBucket),
        ("sliding_window", Self::SlidingWindow),
        ("both", Self::Both),
    ];
}

impl fmt::Display for RateAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TokenBucket => "token_bucket",
            Self::SlidingWindow => "sliding_window",
            Self::Both => "both",
        })
    }
}

/// How a rate follows what the service makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum RateAdaptation {
    /// Not at all.
    Fixed,
    /// Additive increase, multiplicative decrease, as TCP Reno does it.
    Aimd,
    /// Along a cubic curve, as the adaptive retry mode of the AWS SDKs does it.
    Cubic,
}

impl RateAdaptation {
    /// The ways that the attribute names with a word.
    pub const NAMES: [(&'static str, Self); 2] = [("aimd", Self::Aimd), ("cubic", Self::Cubic)];
}

impl fmt::Display for RateAdaptation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fixed => "fixed",
            Self::Aimd => "aimd",
            Self::Cubic => "cubic",
        })
    }
}

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
        /// How requests are counted (a token bucket).
        algorithm: RateAlgorithm,
        /// How many calls may wait at once (as many as have a slot within `wait`).
        queue: u32,
        /// How the rate follows throttling and latency (it is `limit`).
        adaptive: RateAdaptation,
        /// The least that an adaptive rate becomes, in the unit of `limit` (a tenth of it).
        min: f64,
        /// Whether each key has a limiter of its own (no).
        keyed: bool,
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
    /// How requests are counted.
    pub algorithm: RateAlgorithm,
    /// How many calls may wait at once.
    pub queue: u32,
    /// How the rate follows the service.
    pub adaptive: RateAdaptation,
    /// The least that an adaptive rate becomes.
    pub min: f64,
    /// Whether each key has a limiter of its own.
    pub keyed: bool,
}

/// Over this many requests a second a limiter is only overhead.
const FASTEST: f64 = 1e9;

impl RateConfig {
    /// The parameters with their defaults.
    pub fn settings(&self) -> RateSettings {
        let limit = self.limit.unwrap_or(1.0);
        let per = self.per.unwrap_or(Duration::from_secs(1));
        let algorithm = self.algorithm.unwrap_or(RateAlgorithm::TokenBucket);
        let usual = default_burst(limit / per.as_secs_f64());
        let burst = match algorithm {
            RateAlgorithm::TokenBucket => self.burst.unwrap_or(usual),
            RateAlgorithm::SlidingWindow => whole(limit),
            RateAlgorithm::Both => self.burst.unwrap_or(usual.min(whole(limit))),
        };
        RateSettings {
            limit,
            per,
            burst,
            wait: self.wait.unwrap_or(Duration::from_secs(5)),
            algorithm,
            queue: self.queue.unwrap_or(u32::MAX),
            adaptive: self.adaptive.unwrap_or(RateAdaptation::Fixed),
            min: self.min.unwrap_or(limit / 10.0),
            keyed: self.keyed.unwrap_or(false),
        }
    }

    /// Every parameter that is out of its range, and every pair that is at odds.
    pub fn problems(&self) -> Vec<Problem> {
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
        check.refuse(
            "queue",
            self.queue,
            |&n| n == 0,
            "would let no call wait; write how many may, 1 or more, such as `queue = 100`, or `wait = \"0s\"`",
        );
        check.refuse(
            "min",
            self.min,
            |&n| !(n.is_finite() && n > 0.0),
            "would let the rate come down to nothing; write requests per `per`, more than 0, such as `min = 0.1`",
        );
        if let Some(limit) = self.limit
            && check.problems.is_empty()
        {
            let per_second = limit / self.per.unwrap_or(Duration::from_secs(1)).as_secs_f64();
            if per_second > FASTEST || per_second < 1.0 / crate::duration::LONGEST.as_secs_f64() {
                let advice = "is not a rate that can be kept; write between one request in 100 years and 1e9 a second, such as `limit = 0.5`";
                check.problems.push(Problem::new("rate", "limit", limit, advice));
            }
            if let Some(min) = self.min.filter(|min| *min > limit) {
                let advice = format!(
                    "is more than `limit = {limit}`, so the rate has nowhere to be; write at most `limit`"
                );
                check
                    .problems
                    .push(Problem::new("rate", "min", min, advice).against("rate", "limit"));
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

    /// What only the last layer can tell: whether the parameters fit the algorithm.
    pub fn final_problems(&self) -> Vec<Problem> {
        let mut check = Check::new("rate");
        let settings = self.settings();
        let windowed = settings.algorithm != RateAlgorithm::TokenBucket;
        check.idle_queue(self.queue, settings.wait);
        check.idle(
            "min",
            self.min,
            "adaptive",
            settings.adaptive == RateAdaptation::Fixed,
            "says nothing of a rate that is always `limit`; write `adaptive` beside it, or leave it out",
        );
        if settings.algorithm == RateAlgorithm::SlidingWindow {
            check.idle(
                "burst",
                self.burst,
                "algorithm",
                true,
                "says nothing of a sliding window, which lets `limit` requests leave at once; write `algorithm = both`, or leave it out",
            );
            check.idle(
                "adaptive",
                self.adaptive,
                "algorithm",
                settings.adaptive != RateAdaptation::Fixed,
                "changes the pace of a token bucket; write `algorithm = both`, or leave it out",
            );
        }
        let countable = settings.limit.fract() == 0.0 && settings.limit <= f64::from(u32::MAX);
        if windowed && !countable {
            let advice = "is no number of requests that a sliding window could count; write a whole one with a longer `per`, such as `limit = 5, per = \"10s\"`";
            check.problems.push(
                Problem::new("rate", "limit", settings.limit, advice).against("rate", "algorithm"),
            );
        } else if let Some(burst) = self.burst
            && settings.algorithm == RateAlgorithm::Both
            && f64::from(burst) > settings.limit
        {
            let advice = format!(
                "is more than the window of `limit = {}` lets through; write at most `limit`",
                settings.limit
            );
            check
                .problems
                .push(Problem::new("rate", "burst", burst, advice).against("rate", "limit"));
        }
        check.problems
    }
}

fn default_burst(per_second: f64) -> u32 {
    whole((per_second * 2.0).floor())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range of u32 before"
)]
fn whole(number: f64) -> u32 {
    number.clamp(1.0, f64::from(u32::MAX)) as u32
}
