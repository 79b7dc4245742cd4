//! What the last calls came to, in memory that does not grow.

use resilient_policy::Window as Length;

use super::judge::{Counts, Outcome};
use crate::clock::Moment;

/// The outcomes that a rate is counted over.
#[derive(Debug)]
pub(super) enum Window {
    Calls(Ring),
    Time(Slots),
}

impl Window {
    pub(super) fn new(length: Length) -> Self {
        match length {
            Length::Time(time) => Self::Time(Slots::new(time.as_nanos())),
            Length::Calls(calls) => Self::Calls(Ring::new(calls as usize)),
            _ => Self::Calls(Ring::new(1)),
        }
    }

    pub(super) fn push(&mut self, outcome: Outcome, now: Moment) {
        match self {
            Self::Calls(ring) => ring.push(outcome),
            Self::Time(slots) => slots.push(outcome, now),
        }
    }

    pub(super) fn counts(&mut self, now: Moment) -> Counts {
        match self {
            Self::Calls(ring) => ring.counts,
            Self::Time(slots) => {
                slots.slide(now);
                slots.counts
            }
        }
    }

    /// Whether it holds as many calls as it can, and each was good.
    pub(super) fn is_full_of_good_calls(&self) -> bool {
        match self {
            Self::Calls(Ring { capacity, counts, .. }) => {
                *counts == Counts { calls: *capacity as u64, failures: 0, slow: 0 }
            }
            Self::Time(_) => false,
        }
    }

    pub(super) fn clear(&mut self) {
        match self {
            Self::Calls(ring) => ring.counts = Counts::default(),
            Self::Time(slots) => slots.clear(),
        }
    }
}

/// The last so many outcomes, two bits each.
#[derive(Debug)]
pub(super) struct Ring {
    capacity: usize,
    /// Where the next outcome goes; the oldest one lies there once it is full.
    next: usize,
    failed: Box<[u64]>,
    slow: Box<[u64]>,
    counts: Counts,
}

impl Ring {
    fn new(capacity: usize) -> Self {
        let capacity = capacity.max(1);
        let words = || vec![0; capacity.div_ceil(64)].into_boxed_slice();
        Self { capacity, next: 0, failed: words(), slow: words(), counts: Counts::default() }
    }

    fn push(&mut self, outcome: Outcome) {
        let (word, bit) = (self.next / 64, 1 << (self.next % 64));
        if self.counts.calls == self.capacity as u64 {
            let oldest =
                Outcome { failed: self.failed[word] & bit != 0, slow: self.slow[word] & bit != 0 };
            self.counts.remove(oldest.into());
        }
        set(&mut self.failed[word], bit, outcome.failed);
        set(&mut self.slow[word], bit, outcome.slow);
        self.counts.add(outcome);
        self.next = (self.next + 1) % self.capacity;
    }
}

fn set(word: &mut u64, bit: u64, on: bool) {
    if on {
        *word |= bit;
    } else {
        *word &= !bit;
    }
}

/// How many parts a time window is divided into: an outcome leaves it up to one part early.
pub(super) const SLOTS: usize = 64;

/// The outcomes of the last so long, counted by the part of the time that they fell in. What slides out is taken from
/// the sums, so that neither a call nor a long silence costs more than the number of parts.
#[derive(Debug)]
pub(super) struct Slots {
    nanos: u128,
    latest: u128,
    parts: Box<[Counts; SLOTS]>,
    counts: Counts,
}

impl Slots {
    fn new(nanos: u128) -> Self {
        Self {
            nanos: nanos.max(1),
            latest: 0,
            parts: Box::new([Counts::default(); SLOTS]),
            counts: Counts::default(),
        }
    }

    /// The part that a moment falls in. No width is computed, which a window of less than 64 ns would round to nothing.
    fn slot(&self, now: Moment) -> u128 {
        u128::from(now.nanos()) * SLOTS as u128 / self.nanos
    }

    fn place(&mut self, slot: u128) -> &mut Counts {
        let index = usize::try_from(slot % SLOTS as u128).unwrap_or_default();
        &mut self.parts[index]
    }

    fn slide(&mut self, now: Moment) {
        let slot = self.slot(now);
        if self.counts.calls == 0 || slot.abs_diff(self.latest) >= SLOTS as u128 {
            // Everything is too old; or the clock stepped back by more than the window, and what was counted would be
            // taken for new until it has caught up.
            self.clear();
            self.latest = slot;
        }
        while self.latest < slot {
            self.latest += 1;
            let old = std::mem::take(self.place(self.latest));
            self.counts.remove(old);
        }
    }

    fn push(&mut self, outcome: Outcome, now: Moment) {
        self.slide(now);
        self.place(self.latest).add(outcome);
        self.counts.add(outcome);
    }

    fn clear(&mut self) {
        if self.counts.calls > 0 {
            *self.parts = [Counts::default(); SLOTS];
            self.counts = Counts::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const FAILURE: Outcome = Outcome { failed: true, slow: false };
    const SUCCESS: Outcome = Outcome { failed: false, slow: false };

    fn nanos(nanos: u64) -> Moment {
        Moment::at(Duration::from_nanos(nanos))
    }

    fn time(length: Duration) -> Window {
        Window::new(Length::Time(length))
    }

    #[test]
    fn a_window_of_calls_keeps_the_last_ones() {
        let mut window = Window::new(Length::Calls(100));
        for _ in 0..10_000 {
            window.push(SUCCESS, nanos(0));
        }
        for _ in 0..51 {
            window.push(FAILURE, nanos(0));
        }
        assert_eq!(window.counts(nanos(0)), Counts { calls: 100, failures: 51, slow: 0 });
        window.clear();
        assert_eq!(window.counts(nanos(0)), Counts::default());
        window.push(SUCCESS, nanos(0));
        assert_eq!(window.counts(nanos(0)), Counts { calls: 1, failures: 0, slow: 0 });
    }

    #[test]
    fn short_windows_do_not_collapse() {
        for length in [1, 5, 63, 64, 65, 1_000, 300_000_000] {
            let mut window = time(Duration::from_nanos(length));
            window.push(FAILURE, nanos(length));
            window.push(FAILURE, nanos(length));
            assert_eq!(window.counts(nanos(length)).failures, 2, "window of {length} ns");
            window.push(FAILURE, nanos(length + length / 2));
            assert!(window.counts(nanos(length + length / 2)).failures >= 1);
            assert_eq!(window.counts(nanos(4 * length)).calls, 0, "window of {length} ns");
        }
    }

    #[test]
    fn a_call_leaves_with_its_part_of_the_time() {
        let mut window = time(Duration::from_secs(64));
        window.push(FAILURE, nanos(0));
        // The clock's own zero lies between two seconds.
        let end = 64_000_000_000 - nanos(0).nanos() % 1_000_000_000;
        assert_eq!(window.counts(nanos(end - 1)).calls, 1);
        assert_eq!(window.counts(nanos(end)).calls, 0);
    }

    #[test]
    fn a_century_of_silence_costs_nothing() {
        let mut window = time(Duration::from_nanos(640));
        window.push(FAILURE, nanos(0));
        let later = Moment::at(Duration::from_secs(100 * 365 * 86_400));
        assert_eq!(window.counts(later), Counts::default());
    }

    #[test]
    fn a_clock_that_steps_back_neither_loses_a_call_nor_keeps_it_for_ever() {
        let mut window = time(Duration::from_secs(64));
        window.push(FAILURE, nanos(100_000_000_000));
        window.push(FAILURE, nanos(99_000_000_000));
        assert_eq!(window.counts(nanos(99_000_000_000)).failures, 2);
        window.push(FAILURE, nanos(1_000_000_000));
        assert_eq!(window.counts(nanos(1_000_000_000)).failures, 1);
        assert_eq!(window.counts(nanos(70_000_000_000)).failures, 0);
    }
}
