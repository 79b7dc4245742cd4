use std::{fmt, time::Duration};

use crate::{
    duration::format,
    parameter::layer,
    problem::{Check, Problem},
};

/// How a delay is spread, so that callers who failed together do not come back together.
///
/// The kinds and their names are those of Marc Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Jitter {
    /// Between half of the delay and all of it.
    #[default]
    Equal,
    /// Between nothing and all of it.
    Full,
    /// Between `base` and three times the delay before; the factor of `backoff` plays no part.
    Decorrelated,
    /// Exactly the delay.
    None,
}

impl Jitter {
    /// Every kind under the name that the attribute gives it.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("equal", Self::Equal),
        ("full", Self::Full),
        ("decorrelated", Self::Decorrelated),
        ("none", Self::None),
    ];
}

impl fmt::Display for Jitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::NAMES.iter().find(|(_, kind)| kind == self).map_or("", |(name, _)| name);
        f.write_str(name)
    }
}

layer! {
    /// The parameters of retry, as one layer of configuration gives them.
    pub struct RetryConfig {
        /// Attempts in all, the first included (3).
        max: u32,
        /// The delay before the second attempt, before jitter ("1s").
        base: Duration,
        /// The factor by which each delay exceeds the one before (2.0).
        backoff: f64,
        /// The longest delay, held after jitter and for a `Retry-After` too ("60s").
        max_delay: Duration,
        /// How a delay is spread (`equal`).
        jitter: Jitter,
    }
}

/// The parameters of retry with every default filled in.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct RetrySettings {
    /// Attempts in all, the first included.
    pub max: u32,
    /// The delay before the second attempt, before jitter.
    pub base: Duration,
    /// The factor by which each delay exceeds the one before.
    pub backoff: f64,
    /// The longest delay.
    pub max_delay: Duration,
    /// How a delay is spread.
    pub jitter: Jitter,
}

/// More attempts than this are a loop, not a retry.
const MOST_ATTEMPTS: u32 = 1_000;

impl RetryConfig {
    /// The parameters with their defaults. A `base` over the default `max_delay` raises it.
    pub fn settings(&self) -> RetrySettings {
        let base = self
            .base
            .unwrap_or_else(|| Duration::from_secs(1).min(self.max_delay.unwrap_or(Duration::MAX)));
        RetrySettings {
            max: self.max.unwrap_or(3),
            base,
            backoff: self.backoff.unwrap_or(2.0),
            max_delay: self.max_delay.unwrap_or_else(|| Duration::from_secs(60).max(base)),
            jitter: self.jitter.unwrap_or_default(),
        }
    }

    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut check = Check::new("retry");
        check.refuse(
            "max",
            self.max,
            |&n| n == 0,
            "would never call the method; write the attempts in all, the first included, such as `max = 3`",
        );
        check.refuse(
            "max",
            self.max,
            |&n| n > MOST_ATTEMPTS,
            "is more attempts than any service forgives; write 1 to 1000, such as `max = 3`",
        );
        check.duration("base", self.base, None);
        check.refuse(
            "backoff",
            self.backoff,
            |f| !(1.0..=1_000.0).contains(f),
            "is not a factor that a delay can grow by; write a number from 1.0 to 1000.0, such as `backoff = 2.0`",
        );
        check.duration(
            "max_delay",
            self.max_delay,
            Some("would retry without a pause; write the longest delay, such as `max_delay = \"60s\"`"),
        );
        if let (Some(base), Some(max_delay)) = (self.base, self.max_delay)
            && base > max_delay
            && !max_delay.is_zero()
        {
            let advice = format!(
                "is shorter than `base = \"{}\"`, so no delay could be kept; write a `max_delay` of at least `base`",
                format(base)
            );
            let value = format!("\"{}\"", format(max_delay));
            check
                .problems
                .push(Problem::new("retry", "max_delay", value, advice).against("retry", "base"));
        }
        check.problems
    }
}
