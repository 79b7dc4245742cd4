use std::{fmt, time::Duration};

use crate::{
    Backoff, Budget, CustomBackoff,
    budget::WRONG_BUDGET,
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
        /// The longest delay, held after jitter and for a `Retry-After` too ("60s").
        max_delay: Duration,
        /// How a delay is spread (`equal`).
        jitter: Jitter,
        /// How long after the call's begin the last attempt may start (no default: no limit without it). An attempt
        /// that has started is not cut short: that is what `timeout(call)` is for.
        within: Duration,
        /// Whether a request may be repeated that may have reached the service (`true`). `false` retries only what
        /// certainly was not sent.
        idempotent: bool,
    }
    by hand {
        /// How the delays grow (exponentially, by 2.0).
        backoff: Backoff,
        /// How many retries the service may be sent (20 % of its calls, and ten a second).
        budget: Budget,
    }
}

impl RetryConfig {
    /// Grows the delays exponentially, by this factor (2.0).
    #[must_use]
    pub const fn backoff(mut self, factor: f64) -> Self {
        self.backoff = Some(Backoff::Exponential(factor));
        self
    }

    /// Grows the delays another way.
    #[must_use]
    pub const fn strategy(mut self, backoff: Backoff) -> Self {
        self.backoff = Some(backoff);
        self
    }

    /// Asks a function for the delay after an attempt; it is given 1 for the first.
    #[must_use]
    pub const fn backoff_with(self, delay: fn(u32) -> Duration) -> Self {
        self.strategy(Backoff::Custom(CustomBackoff(delay)))
    }

    /// The share of calls that may be retried, hedges included, over ten a second (0.2). The service's methods share it.
    #[must_use]
    pub const fn budget(mut self, ratio: f64) -> Self {
        self.budget = Some(Budget::Ratio(ratio));
        self
    }

    /// Retries however many there are.
    #[must_use]
    pub const fn budget_off(mut self) -> Self {
        self.budget = Some(Budget::Off);
        self
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
    /// How the delays grow.
    pub backoff: Backoff,
    /// The longest delay.
    pub max_delay: Duration,
    /// How a delay is spread.
    pub jitter: Jitter,
    /// How long after the call's begin the last attempt may start.
    pub within: Option<Duration>,
    /// Whether a request may be repeated that may have reached the service.
    pub idempotent: bool,
}

impl RetrySettings {
    /// How long the delays of one call take together at the longest: every retry, jitter included, and none of them
    /// stretched. `None` where a function says the delays.
    ///
    /// ```
    /// use std::time::Duration;
    /// # use resilient_policy::RetryConfig;
    /// let retry = RetryConfig::new().max(4).base(Duration::from_secs(1)).backoff(2.0).settings();
    /// assert_eq!(retry.longest_delays(), Some(Duration::from_secs(1 + 2 + 4)));
    /// ```
    pub fn longest_delays(&self) -> Option<Duration> {
        if matches!(self.backoff, Backoff::Custom(_)) {
            return None;
        }
        let capped = |seconds: f64| {
            Duration::try_from_secs_f64(seconds).map_or(self.max_delay, |it| it.min(self.max_delay))
        };
        let first = capped(self.backoff.seconds(self.base, 1, 1.0));
        let (mut previous, mut sum) = (first, Duration::ZERO);
        for attempt in 1..self.max {
            previous = match self.jitter {
                Jitter::Decorrelated => previous.saturating_mul(3).min(self.max_delay),
                _ => capped(self.backoff.seconds(self.base, attempt, 1.0)),
            };
            sum = sum.saturating_add(previous);
        }
        Some(sum)
    }
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
            backoff: self.backoff.unwrap_or_default(),
            max_delay: self.max_delay.unwrap_or_else(|| Duration::from_secs(60).max(base)),
            jitter: self.jitter.unwrap_or_default(),
            within: self.within,
            idempotent: self.idempotent.unwrap_or(true),
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
            |backoff| matches!(backoff, Backoff::Exponential(factor) if !(1.0..=1_000.0).contains(factor)),
            "is not a factor that a delay can grow by; write a number from 1.0 to 1000.0, such as `backoff = 2.0`",
        );
        check.duration(
            "max_delay",
            self.max_delay,
            Some("would retry without a pause; write the longest delay, such as `max_delay = \"60s\"`"),
        );
        if let Some(base) = self.base {
            check.shorter(
                "max_delay",
                self.max_delay,
                "base",
                base,
                "so no delay could be kept; write a `max_delay` of at least `base`",
            );
        }
        check.duration(
            "within",
            self.within,
            Some("would leave no time for a retry; write how long retries may start, such as `within = \"30s\"`, or `retry = off`"),
        );
        check.refuse("budget", self.budget, |budget| budget.is_wrong(), WRONG_BUDGET);
        check.problems
    }
}
