use std::{fmt, time::Duration};

use crate::{
    Budget,
    budget::WRONG_BUDGET,
    duration::format,
    parameter::layer,
    problem::{Check, MISSING, Problem},
    timeout::is_percentile,
};

/// When a hedge is sent.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum HedgeAfter {
    /// When the request before it is out for so long.
    Delay(Duration),
    /// When the request before it is out for longer than this percentile of recent latencies, over 0 and under 100.
    /// While too few are known, none is sent.
    Percentile(f64),
}

impl fmt::Display for HedgeAfter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delay(delay) => write!(f, "\"{}\"", format(*delay)),
            Self::Percentile(percentile) => write!(f, "p{percentile}"),
        }
    }
}

layer! {
    /// The parameters of hedging, as one layer of configuration gives them.
    pub struct HedgeConfig {
        /// How many more requests an attempt may send (1).
        max: u32,
    }
    by hand {
        /// When a hedge is sent (no default: it must be given).
        after: HedgeAfter,
        /// How many hedges the service may be sent, retries included (20 % of its calls, and ten a second).
        budget: Budget,
    }
}

impl HedgeConfig {
    /// Sends a hedge when the request before it is out for so long.
    #[must_use]
    pub const fn after(mut self, delay: Duration) -> Self {
        self.after = Some(HedgeAfter::Delay(delay));
        self
    }

    /// Sends a hedge when the request before it is out for longer than this percentile of recent latencies.
    #[must_use]
    pub const fn after_percentile(mut self, percentile: f64) -> Self {
        self.after = Some(HedgeAfter::Percentile(percentile));
        self
    }

    /// The share of calls that may be hedged, retries included, over ten a second (0.2). The service's methods share it.
    #[must_use]
    pub const fn budget(mut self, ratio: f64) -> Self {
        self.budget = Some(Budget::Ratio(ratio));
        self
    }

    /// Hedges however many there are.
    #[must_use]
    pub const fn budget_off(mut self) -> Self {
        self.budget = Some(Budget::Off);
        self
    }
}

/// The parameters of hedging with every default filled in.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct HedgeSettings {
    /// When a hedge is sent.
    pub after: HedgeAfter,
    /// How many more requests an attempt may send.
    pub max: u32,
}

/// More requests than this at once are an attack.
const MOST_HEDGES: u32 = 10;

impl HedgeConfig {
    /// The parameters with their defaults.
    pub fn settings(&self) -> HedgeSettings {
        HedgeSettings {
            // Refused where it is missing; what stands here is never waited for.
            after: self.after.unwrap_or(HedgeAfter::Delay(Duration::MAX)),
            max: self.max.unwrap_or(1),
        }
    }

    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut check = Check::new("hedge");
        if let Some(HedgeAfter::Delay(delay)) = self.after {
            check.duration(
                "after",
                Some(delay),
                Some("would send every request twice; write how long to wait for the first, such as `after = \"50ms\"`"),
            );
        }
        check.refuse(
            "after",
            self.after,
            |after| matches!(after, HedgeAfter::Percentile(p) if !is_percentile(*p) || *p >= 100.0),
            "is no percentile that a request can be slower than; write one over 0 and under 100, such as `after = p95`",
        );
        check.refuse(
            "max",
            self.max,
            |&n| n == 0,
            "would never send a hedge; write how many more requests may be sent, such as `max = 1`, or `hedge = off`",
        );
        check.refuse(
            "max",
            self.max,
            |&n| n > MOST_HEDGES,
            "is more requests at once than any service forgives; write 1 to 10, such as `max = 1`",
        );
        check.refuse("budget", self.budget, |budget| budget.is_wrong(), WRONG_BUDGET);
        check.problems
    }

    pub(crate) fn missing(&self) -> Option<Problem> {
        self.after.is_none().then(|| {
            Problem::new(
                "hedge",
                "after",
                MISSING,
                "is missing; write how long to wait for the first request, such as `hedge = \"50ms\"` or `hedge = p95`",
            )
        })
    }
}
