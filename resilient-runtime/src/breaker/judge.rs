use resilient_policy::{BreakerSettings, Threshold};

/// What became of one call that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) failed: bool,
    pub(super) slow: bool,
}

/// How many calls there were, and what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    pub(super) calls: u64,
    pub(super) failures: u64,
    pub(super) slow: u64,
}

impl Counts {
    pub(super) fn add(&mut self, outcome: Outcome) {
        self.calls += 1;
        self.failures += u64::from(outcome.failed);
        self.slow += u64::from(outcome.slow);
    }

    pub(super) fn remove(&mut self, other: Self) {
        self.calls -= other.calls;
        self.failures -= other.failures;
        self.slow -= other.slow;
    }
}

impl From<Outcome> for Counts {
    fn from(outcome: Outcome) -> Self {
        let mut counts = Self::default();
        counts.add(outcome);
        counts
    }
}

/// A share of calls in parts of a thousand million: in integers, so that 7 of 100 reach 0.07, which
/// `(0.07 * 100.0).ceil()`, being 8, denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Share(u64);

impl Share {
    const WHOLE: f64 = 1e9;

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a validated share lies between 0 and 1"
    )]
    fn of(share: f64) -> Self {
        // A share that is rounded to nothing would be reached by no failure at all.
        Self(((share * Self::WHOLE).round() as u64).max(1))
    }

    fn is_reached(self, part: u64, whole: u64) -> bool {
        u128::from(part) * 1_000_000_000 >= u128::from(self.0) * u128::from(whole)
    }
}

/// What is too much.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge {
    limit: Limit,
    slow: Option<Share>,
    min_calls: u64,
    places: u64,
}

#[derive(Debug, Clone, Copy)]
enum Limit {
    InARow(u32),
    Rate(Share),
}

impl Judge {
    pub(super) fn new(settings: &BreakerSettings) -> Self {
        Self {
            limit: match settings.threshold {
                Threshold::Rate(rate) => Limit::Rate(Share::of(rate)),
                Threshold::Failures(failures) => Limit::InARow(failures),
                _ => Limit::InARow(1),
            },
            slow: settings.slow.map(|_| Share::of(settings.slow_rate)),
            min_calls: settings.min_calls.into(),
            places: settings.half_open.into(),
        }
    }

    /// Whether it opens by anything that a window must be kept for.
    pub(super) fn needs_window(&self) -> bool {
        self.slow.is_some() || matches!(self.limit, Limit::Rate(_))
    }

    /// Whether so many failures in a row are too many.
    pub(super) fn is_row_too_long(&self, failures: u32) -> bool {
        matches!(self.limit, Limit::InARow(most) if failures >= most)
    }

    /// Whether what is in the window suffices for a rate.
    pub(super) fn knows(&self, window: Counts) -> bool {
        window.calls >= self.min_calls
    }

    /// Whether too many of the calls in the window failed or were slow.
    pub(super) fn is_window_bad(&self, window: Counts) -> bool {
        let failing = matches!(self.limit, Limit::Rate(rate) if rate.is_reached(window.failures, window.calls));
        self.knows(window) && (failing || self.is_slow(window.slow, window.calls))
    }

    /// Whether the probes of a round that have ended make it certain that it is good or bad, whatever those still to
    /// end bring.
    pub(super) fn verdict(&self, ended: Counts) -> Option<bool> {
        let worst = Counts {
            calls: self.places,
            failures: self.places - (ended.calls - ended.failures),
            slow: self.places - (ended.calls - ended.slow),
        };
        if self.is_round_bad(Counts { calls: self.places, ..ended }) {
            Some(false)
        } else if !self.is_round_bad(worst) {
            Some(true)
        } else {
            None
        }
    }

    /// Whether so many probes are bad, were they all.
    pub(super) fn is_round_bad(&self, probes: Counts) -> bool {
        let failing = match self.limit {
            Limit::InARow(_) => probes.failures > 0,
            Limit::Rate(rate) => rate.is_reached(probes.failures, probes.calls),
        };
        failing || self.is_slow(probes.slow, probes.calls)
    }

    fn is_slow(&self, slow: u64, calls: u64) -> bool {
        self.slow.is_some_and(|share| share.is_reached(slow, calls))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_reached_in_integers() {
        assert!(Share::of(0.07).is_reached(7, 100), "ceil(0.07 * 100.0) is 8");
        assert!(!Share::of(0.07).is_reached(6, 100));
        assert!(Share::of(1.0).is_reached(3, 3));
        assert!(Share::of(f64::MIN_POSITIVE).is_reached(1, 1_000_000_000));
        assert!(!Share::of(f64::MIN_POSITIVE).is_reached(0, 1));
        assert!(Share::of(1.0).is_reached(u64::MAX, u64::MAX));
    }
}
