//! How far the delays of `backoff = adaptive` are stretched.

use crate::sync::{AtomicU64, Ordering};

/// What the last attempts say about the service: the share of them that succeeded, and how loudly it asks for patience.
///
/// - The success rate is an exponentially weighted average that starts at 1: each attempt moves it by a sixteenth of the
///   way to 1 or to 0. Delays are stretched by its reciprocal, eight times at most.
/// - Each throttling answer doubles a multiplier, up to eight. Every fourth success in a row halves it again; a failure
///   or another throttling answer begins the row anew.
///
/// Both multiply, so that delays are stretched by 1 to 64. A word, changed as one: 48 bits of success rate, 8 bits of
/// doublings, 8 bits of successes in a row.
#[derive(Debug)]
pub(crate) struct Stretch(AtomicU64);

/// The success rate 1. A power of two, so that a rate climbs back to exactly this.
const ONE: u64 = 1 << 40;
/// An attempt's weight in the success rate, as a shift.
const WEIGHT: u32 = 4;
/// The most that a low success rate stretches a delay.
const MOST: f64 = 8.0;
const MOST_DOUBLINGS: u64 = 3;
/// So many successes in a row take one doubling back.
const ROW: u64 = 4;

const DOUBLINGS: u32 = 48;
const ROW_AT: u32 = 56;

#[derive(Debug, Clone, Copy)]
struct State {
    rate: u64,
    doublings: u64,
    row: u64,
}

impl State {
    fn of(word: u64) -> Self {
        Self {
            rate: word & ((1 << DOUBLINGS) - 1),
            doublings: word >> DOUBLINGS & 0xff,
            row: word >> ROW_AT,
        }
    }

    fn word(self) -> u64 {
        self.rate | self.doublings << DOUBLINGS | self.row << ROW_AT
    }

    fn after(mut self, success: bool, throttled: bool) -> Self {
        // Subtracted first and rounded down: the rate then stays within 0 and ONE, and does reach ONE again.
        self.rate = self.rate - (self.rate >> WEIGHT) + if success { ONE >> WEIGHT } else { 0 };
        if throttled {
            self.doublings = (self.doublings + 1).min(MOST_DOUBLINGS);
        }
        // Without a doubling there is nothing to count for, and a success in quiet times changes nothing.
        self.row = if success && !throttled && self.doublings > 0 { self.row + 1 } else { 0 };
        if self.row == ROW {
            self.doublings -= 1;
            self.row = 0;
        }
        self
    }
}

impl Default for Stretch {
    fn default() -> Self {
        Self(AtomicU64::new(State { rate: ONE, doublings: 0, row: 0 }.word()))
    }
}

impl Stretch {
    /// Takes notice of how an attempt ended: whether well, and whether the service asked for fewer requests.
    pub(crate) fn record(&self, success: bool, throttled: bool) {
        let mut word = self.0.load(Ordering::Relaxed);
        loop {
            let after = State::of(word).after(success, throttled).word();
            // A healthy service's word never changes: its calls only read it.
            if after == word {
                return;
            }
            match self.0.compare_exchange_weak(word, after, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return,
                Err(changed) => word = changed,
            }
        }
    }

    /// How many times longer a delay becomes: 1.0 to 64.0.
    pub(crate) fn factor(&self) -> f64 {
        let state = State::of(self.0.load(Ordering::Relaxed));
        #[expect(clippy::cast_precision_loss, reason = "both are below 2^53")]
        let stretched = (ONE as f64 / state.rate.max(1) as f64).min(MOST);
        #[expect(clippy::cast_precision_loss, reason = "at most 8")]
        let throttled = (1_u64 << state.doublings) as f64;
        stretched * throttled
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record(stretch: &Stretch, times: u32, success: bool, throttled: bool) {
        for _ in 0..times {
            stretch.record(success, throttled);
        }
    }

    fn assert_factor(stretch: &Stretch, expected: f64) {
        let factor = stretch.factor();
        assert!((factor - expected).abs() < 1e-9 * expected, "{factor} is not {expected}");
    }

    #[test]
    fn failures_stretch_by_the_reciprocal_of_the_success_rate_up_to_eight_times() {
        let stretch = Stretch::default();
        assert_factor(&stretch, 1.0);
        record(&stretch, 1, false, false);
        assert_factor(&stretch, 16.0 / 15.0);
        record(&stretch, 1, false, false);
        assert_factor(&stretch, 256.0 / 225.0);
        record(&stretch, 1, true, false);
        assert_factor(&stretch, 1.0 / (225.0 / 256.0 * 15.0 / 16.0 + 1.0 / 16.0));

        // 15/16 to the 32nd power is 0.127, to the 33rd 0.119: the first below an eighth.
        let failing = Stretch::default();
        record(&failing, 32, false, false);
        assert_factor(&failing, (16.0_f64 / 15.0).powi(32));
        record(&failing, 1, false, false);
        assert_factor(&failing, 8.0);
        record(&failing, 100_000, false, false);
        assert_factor(&failing, 8.0);
    }

    #[test]
    fn successes_bring_it_back_to_exactly_one() {
        let stretch = Stretch::default();
        record(&stretch, 1_000, false, false);
        record(&stretch, 1_000, true, false);
        assert_eq!(State::of(stretch.0.load(Ordering::Relaxed)).rate, ONE);
        assert_factor(&stretch, 1.0);
    }

    #[test]
    fn throttling_doubles_and_four_successes_in_a_row_halve() {
        let stretch = Stretch::default();
        // Throttling answers that count as successes leave the rate alone, so that only the multiplier shows.
        for expected in [2.0, 4.0, 8.0, 8.0] {
            stretch.record(true, true);
            assert_factor(&stretch, expected);
        }
        for expected in [8.0, 8.0, 8.0, 4.0, 4.0, 4.0, 4.0, 2.0, 2.0, 2.0, 2.0, 1.0, 1.0] {
            stretch.record(true, false);
            assert_factor(&stretch, expected);
        }
    }

    #[test]
    fn a_failure_begins_the_row_anew() {
        let stretch = Stretch::default();
        stretch.record(true, true);
        record(&stretch, 3, true, false);
        stretch.record(false, false);
        record(&stretch, 3, true, false);
        assert_eq!(State::of(stretch.0.load(Ordering::Relaxed)).doublings, 1);
        stretch.record(true, false);
        assert_eq!(State::of(stretch.0.load(Ordering::Relaxed)).doublings, 0);
    }

    #[test]
    fn the_most_is_sixty_four_times() {
        let stretch = Stretch::default();
        record(&stretch, 100, false, true);
        assert_factor(&stretch, 64.0);
    }

    proptest! {
        #[test]
        fn follows_the_formula_and_stays_between_its_bounds(
            ends in prop::collection::vec((any::<bool>(), prop::bool::weighted(0.1)), 0..500),
        ) {
            let stretch = Stretch::default();
            let (mut rate, mut multiplier, mut row) = (1.0_f64, 1.0_f64, 0);
            for (success, throttled) in ends {
                stretch.record(success, throttled);
                rate += (f64::from(u8::from(success)) - rate) / 16.0;
                row = if success && !throttled { row + 1 } else { 0 };
                if throttled {
                    multiplier = (multiplier * 2.0).min(8.0);
                }
                if row == 4 || multiplier <= 1.0 {
                    multiplier = (multiplier / 2.0).max(1.0);
                    row = 0;
                }
                let expected = (1.0 / rate).min(8.0) * multiplier;
                prop_assert!((stretch.factor() - expected).abs() < 1e-6);
                prop_assert!((1.0..=64.0).contains(&stretch.factor()));
            }
        }
    }
}

#[cfg(all(test, resilient_loom))]
mod loom {
    use ::loom::{model, thread};

    use super::*;
    use crate::sync::Arc;

    #[test]
    fn no_attempt_is_lost() {
        model(|| {
            let stretch = Arc::new(Stretch::default());
            let threads: Vec<_> = (0..2)
                .map(|_| {
                    let stretch = Arc::clone(&stretch);
                    thread::spawn(move || stretch.record(false, true))
                })
                .collect();
            for thread in threads {
                thread.join().unwrap();
            }
            let alone = Stretch::default();
            alone.record(false, true);
            alone.record(false, true);
            assert_eq!(stretch.0.load(Ordering::Relaxed), alone.0.load(Ordering::Relaxed));
        });
    }
}
