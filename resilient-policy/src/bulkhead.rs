use std::{fmt, time::Duration};

use crate::{
    parameter::layer,
    problem::{Check, MISSING, Problem},
};

/// How a bulkhead finds its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum LimitAlgorithm {
    /// It is `max`, always.
    Fixed,
    /// By the estimated length of the service's queue, after TCP Vegas, as in Netflix's concurrency-limits.
    Vegas,
    /// By the ratio of long-term to short-term latency, as Gradient2 in Netflix's concurrency-limits, guarded by the
    /// correlation of concurrency and throughput, as in failsafe-go.
    Gradient,
}

impl LimitAlgorithm {
    /// The algorithms that the attribute names with a word.
    pub const NAMES: [(&'static str, Self); 2] =
        [("vegas", Self::Vegas), ("gradient", Self::Gradient)];
}

impl fmt::Display for LimitAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fixed => "fixed",
            Self::Vegas => "vegas",
            Self::Gradient => "gradient",
        })
    }
}

layer! {
    /// The parameters of a bulkhead, as one layer of configuration gives them.
    pub struct BulkheadConfig {
        /// How many calls may be under way at once (no default: it must be given; 200 where the limit adapts).
        max: u32,
        /// How long a call may wait for a place before it is rejected ("0s": not at all).
        wait: Duration,
        /// How many calls may wait at once (ten times `max`).
        queue: u32,
        /// How the limit is found (it is `max`).
        adaptive: LimitAlgorithm,
        /// The least that an adaptive limit becomes (1).
        min: u32,
        /// Where an adaptive limit begins (20, or the nearest that `min` and `max` allow).
        initial: u32,
    }
}

/// The parameters of a bulkhead with every default filled in.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct BulkheadSettings {
    /// How many calls may be under way at once, at most.
    pub max: u32,
    /// How long a call may wait for a place.
    pub wait: Duration,
    /// How many calls may wait at once.
    pub queue: u32,
    /// How the limit is found.
    pub adaptive: LimitAlgorithm,
    /// The least that an adaptive limit becomes.
    pub min: u32,
    /// Where an adaptive limit begins.
    pub initial: u32,
}

/// A bulkhead of more places is none.
const MOST: u32 = 1_000_000;

impl BulkheadConfig {
    /// The parameters with their defaults.
    pub fn settings(&self) -> BulkheadSettings {
        let adaptive = self.adaptive.unwrap_or(LimitAlgorithm::Fixed);
        let floor = self.min.unwrap_or(1);
        let max = self.max.unwrap_or_else(|| 200.max(floor));
        let (min, initial) = if adaptive == LimitAlgorithm::Fixed {
            (max, max)
        } else {
            let min = floor.min(max);
            (min, self.initial.unwrap_or(20).clamp(min, max))
        };
        BulkheadSettings {
            max,
            wait: self.wait.unwrap_or(Duration::ZERO),
            queue: self.queue.unwrap_or_else(|| max.saturating_mul(10)),
            adaptive,
            min,
            initial,
        }
    }

    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut check = Check::new("bulkhead");
        let place = |n: &u32| *n == 0;
        check.refuse(
            "max",
            self.max,
            place,
            "would let no call through; write how many may be under way at once, 1 or more, such as `max = 10`",
        );
        check.refuse(
            "max",
            self.max,
            |&n| n > MOST,
            "is no limit that anything could reach; write 1 to 1000000, such as `max = 10`",
        );
        check.duration("wait", self.wait, None);
        check.refuse(
            "queue",
            self.queue,
            place,
            "would let no call wait; write how many may, 1 or more, such as `queue = 100`, or leave out `wait`",
        );
        check.refuse(
            "min",
            self.min,
            place,
            "would let the limit come down to no call; write 1 or more, such as `min = 1`",
        );
        check.refuse(
            "initial",
            self.initial,
            place,
            "would let no call through; write where the limit begins, 1 or more, such as `initial = 20`",
        );
        if check.problems.is_empty() {
            let max = self.max.unwrap_or(200);
            let mut over = |field, value: Option<u32>| {
                if let Some(value) = value.filter(|value| *value > max) {
                    let advice = format!(
                        "is more than `max = {max}`, so the limit has nowhere to be; write at most `max`"
                    );
                    check.problems.push(
                        Problem::new("bulkhead", field, value, advice).against("bulkhead", "max"),
                    );
                }
            };
            over("min", self.min);
            over("initial", self.initial);
        }
        if let (Some(min), Some(initial)) = (self.min, self.initial)
            && initial < min
            && check.problems.is_empty()
        {
            let advice = format!("is less than `min = {min}`; write at least `min`");
            check.problems.push(
                Problem::new("bulkhead", "initial", initial, advice).against("bulkhead", "min"),
            );
        }
        check.problems
    }

    /// What the last layer must have or may not have.
    pub(crate) fn final_problems(&self) -> Vec<Problem> {
        let mut check = Check::new("bulkhead");
        let settings = self.settings();
        let adapts = settings.adaptive != LimitAlgorithm::Fixed;
        check.idle_queue(self.queue, settings.wait);
        let fixed = "says nothing of a limit that is always `max`; write `adaptive` beside it, or leave it out";
        check.idle("min", self.min, "adaptive", !adapts, fixed);
        check.idle("initial", self.initial, "adaptive", !adapts, fixed);
        if self.max.is_none() && !adapts {
            check.problems.push(Problem::new(
                "bulkhead",
                "max",
                MISSING,
                "is missing; write how many calls may be under way at once, such as `bulkhead = 10`",
            ));
        }
        check.problems
    }
}
