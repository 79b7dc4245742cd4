use std::{fmt, time::Duration};

/// A class of operations that share a timeout: declared once, and named wherever one of them is.
///
/// ```
/// use std::time::Duration;
/// use resilient_policy::Tier;
///
/// const REPORTS: Tier = Tier::new("reports", Duration::from_secs(20)).growth(1.5);
/// assert_eq!(REPORTS.attempt(2), Duration::from_secs(30));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Tier {
    name: &'static str,
    first: Duration,
    growth: f64,
}

impl Tier {
    /// Queries of a database: 5 s, and twice as long for each further attempt.
    pub const DATABASE: Self = Self::new("database", Duration::from_secs(5)).growth(2.0);
    /// Other people's services: 10 s, and half as long again for each further attempt.
    pub const EXTERNAL_API: Self = Self::new("external_api", Duration::from_secs(10)).growth(1.5);
    /// Operations of a cache: 100 ms.
    pub const CACHE: Self = Self::new("cache", Duration::from_millis(100));

    /// The tiers that the attribute names with a word.
    pub const NAMED: [Self; 3] = [Self::DATABASE, Self::EXTERNAL_API, Self::CACHE];

    /// A tier whose every attempt may take so long.
    ///
    /// # Panics
    ///
    /// Where the time is zero or over 100 years; for a constant that is a compile error.
    #[must_use]
    pub const fn new(name: &'static str, attempt: Duration) -> Self {
        assert!(
            !attempt.is_zero(),
            "a tier whose attempts may take no time would time out every one"
        );
        assert!(
            attempt.as_secs() <= crate::duration::LONGEST.as_secs(),
            "a tier's time must be at most 100 years"
        );
        Self { name, first: attempt, growth: 1.0 }
    }

    /// The factor by which each further attempt may take longer (1.0).
    ///
    /// # Panics
    ///
    /// Where it is not from 1.0 to 1000.0; for a constant that is a compile error.
    #[must_use]
    pub const fn growth(mut self, factor: f64) -> Self {
        assert!(factor >= 1.0 && factor <= 1_000.0, "a tier's growth must be from 1.0 to 1000.0");
        self.growth = factor;
        self
    }

    /// The name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How long an attempt may take; the first is number 1.
    pub fn attempt(&self, number: u32) -> Duration {
        if number <= 1 || self.growth <= 1.0 {
            return self.first;
        }
        let longest = crate::duration::LONGEST;
        let exponent = f64::from(number - 1);
        let seconds =
            (self.first.as_secs_f64() * self.growth.powf(exponent)).min(longest.as_secs_f64());
        Duration::try_from_secs_f64(seconds).unwrap_or(longest)
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_of_a_tier_grow_up_to_a_bound() {
        let seconds =
            |tier: Tier| (1..=3).map(|n| tier.attempt(n).as_secs_f64()).collect::<Vec<_>>();
        assert_eq!(seconds(Tier::DATABASE), [5.0, 10.0, 20.0]);
        assert_eq!(seconds(Tier::EXTERNAL_API), [10.0, 15.0, 22.5]);
        assert_eq!(seconds(Tier::CACHE), [0.1, 0.1, 0.1]);
        assert_eq!(Tier::DATABASE.attempt(u32::MAX), crate::duration::LONGEST);
    }
}
