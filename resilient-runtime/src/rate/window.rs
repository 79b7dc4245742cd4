//! The arithmetic of a sliding window: no clock, no lock, no runtime.

use std::{collections::VecDeque, time::Duration};

use crate::clock::Moment;

/// Up to this limit each request is remembered by its own time.
pub(super) const EXACT: u32 = 256;

/// Over it, those of each of so many parts of the window are one number.
const PARTS: u64 = 128;

/// How many requests have left within the last `per`, kept so that no time of that length ever sees more than `limit`.
///
/// Up to [`EXACT`] a log of their times. Over that, counters: the requests of a part of the window leave it together, when
/// the last of them may. A weighted counter, which takes the oldest part for evenly spread, would let more than `limit`
/// through where it was not; this one lets a request leave up to a 128th of the window late instead.
#[derive(Debug)]
pub(super) struct Window {
    limit: u32,
    per: u64,
    /// The length of a part in nanoseconds; 1 for a log.
    part: u64,
    booked: VecDeque<Booked>,
    live: u64,
}

#[derive(Debug, Clone, Copy)]
struct Booked {
    /// When they leave the window.
    leave: u64,
    count: u64,
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Window {
    pub(super) fn new(limit: u32, per: Duration) -> Self {
        let per = nanos(per).max(1);
        let part = if limit <= EXACT { 1 } else { per.div_ceil(PARTS) };
        Self { limit, per, part, booked: VecDeque::new(), live: 0 }
    }

    pub(super) fn limit(&self) -> u32 {
        self.limit
    }

    /// What leaves now counts on, so a limit that shrinks lets nobody through until enough have left.
    pub(super) fn set_limit(&mut self, limit: u32) {
        self.limit = limit;
        if limit > EXACT && self.part == 1 {
            let mut counters = Self::new(limit, Duration::from_nanos(self.per));
            for Booked { leave, count } in self.booked.drain(..) {
                counters.book(leave - self.per, count);
            }
            *self = counters;
        }
    }

    fn leave(&self, at: u64) -> u64 {
        let part = if self.part == 1 { at } else { (at / self.part + 1) * self.part };
        part.saturating_add(self.per)
    }

    fn book(&mut self, at: u64, count: u64) {
        self.live += count;
        // One that read the clock a little earlier is booked with those that came after it.
        let leave = self.booked.back().map_or(0, |last| last.leave).max(self.leave(at));
        match self.booked.back_mut().filter(|last| last.leave == leave) {
            Some(last) => last.count += count,
            None => self.booked.push_back(Booked { leave, count }),
        }
    }

    /// Forgets who has left the window.
    pub(super) fn turn(&mut self, now: Moment) {
        let now = now.nanos();
        while let Some(first) = self.booked.front().filter(|first| first.leave <= now) {
            self.live -= first.count;
            self.booked.pop_front();
        }
        // After a clock that stepped back, requests would stay for as long as the step: they count as made now.
        let latest = self.leave(now);
        if self.booked.back().is_some_and(|last| last.leave > latest + nanos(super::pace::STEP)) {
            let (live, ahead) =
                (self.live, self.booked.iter().filter(|booked| booked.leave > latest));
            let ahead: u64 = ahead.map(|booked| booked.count).sum();
            self.booked.retain(|booked| booked.leave <= latest);
            self.live = live - ahead;
            self.book(now, ahead);
        }
    }

    /// Counts `tokens`, if the window has room for them; to be turned before.
    pub(super) fn take(&mut self, tokens: u32, now: Moment) -> bool {
        let there = self.live + u64::from(tokens) <= u64::from(self.limit);
        if there {
            self.book(now.nanos(), tokens.into());
        }
        there
    }

    pub(super) fn available(&self) -> u32 {
        u32::try_from(u64::from(self.limit).saturating_sub(self.live)).unwrap_or(u32::MAX)
    }

    /// How long until there is room for the last of `tokens`, one after the other.
    pub(super) fn wait(&self, tokens: u64, now: Moment) -> Duration {
        let (limit, now) = (u64::from(self.limit), now.nanos());
        // Whoever comes after a whole window of others waits until they have left it in their turn.
        let before = tokens.saturating_sub(1);
        let (rounds, place) = (before / limit, before % limit + 1);
        let mut leaving = (self.live + place).saturating_sub(limit);
        let mut until = now;
        for booked in &self.booked {
            if leaving == 0 {
                break;
            }
            leaving = leaving.saturating_sub(booked.count);
            until = booked.leave;
        }
        let round = if self.part == 1 { self.per } else { self.per + self.part };
        Duration::from_nanos(
            (until.saturating_sub(now)).saturating_add(rounds.saturating_mul(round)),
        )
    }

    /// Takes back what was counted at `at` and not used.
    pub(super) fn give_back(&mut self, tokens: u32, at: Moment) {
        let leave = self.leave(at.nanos());
        let from = self.booked.partition_point(|booked| booked.leave < leave);
        // Where it has left the window meanwhile, or was booked with others, it stays with them.
        if let Some(booked) = self.booked.get_mut(from).filter(|booked| booked.leave == leave) {
            let count = booked.count.min(tokens.into());
            booked.count -= count;
            self.live -= count;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.live == 0
    }
}

#[cfg(all(test, not(resilient_loom)))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn lets_the_limit_through_and_the_next_when_the_first_has_left() {
        let mut window = Window::new(3, SECOND);
        let start = Moment::at(SECOND);
        for millis in [0, 100, 200] {
            let now = start + Duration::from_millis(millis);
            window.turn(now);
            assert!(window.take(1, now));
        }
        let now = start + Duration::from_millis(500);
        window.turn(now);
        assert!(!window.take(1, now));
        assert_eq!(window.wait(1, now), Duration::from_millis(500));
        assert_eq!(window.wait(3, now), Duration::from_millis(700));
        assert_eq!(window.wait(4, now), Duration::from_millis(1_500));
        window.turn(start + SECOND.saturating_sub(Duration::from_nanos(1)));
        assert_eq!(window.available(), 0);
        window.turn(start + SECOND);
        assert_eq!(window.available(), 1);
    }

    #[test]
    fn a_smaller_limit_waits_until_enough_have_left_and_a_larger_one_counts_on() {
        let (mut window, now) = (Window::new(10, SECOND), Moment::at(SECOND));
        assert!(window.take(10, now));
        window.set_limit(2);
        assert_eq!((window.available(), window.wait(1, now)), (0, SECOND));
        window.set_limit(1_000);
        assert_eq!(window.available(), 990);
        window.turn(now + SECOND);
        assert_eq!(window.available(), 990, "leaves with its part of the window");
        window.turn(now + SECOND + SECOND / 100);
        assert!(window.is_empty());
    }

    #[test]
    fn a_clock_that_steps_back_stalls_for_one_window_at_most() {
        for limit in [2, 1_000] {
            let mut window = Window::new(limit, SECOND);
            assert!(window.take(limit, Moment::at(10_000 * SECOND)));
            window.turn(Moment::at(SECOND));
            assert_eq!(window.available(), 0);
            window.turn(Moment::at(2 * SECOND + SECOND / 100));
            assert_eq!(window.available(), limit);
        }
    }

    proptest! {
        /// The bound of the counters: as the log, except that a request may leave a 128th of the window later.
        #[test]
        fn no_window_ever_holds_more_than_the_limit_and_none_that_has_room_is_refused(
            limit in prop_oneof![1_u32..20, 257_u32..300],
            gaps in prop::collection::vec((0_u64..40_000_000, 1_u32..60), 1..300),
            returned in prop::collection::vec(any::<bool>(), 300),
        ) {
            let mut window = Window::new(limit, SECOND);
            let mut now = Moment::at(SECOND);
            let mut taken: Vec<(Moment, u32)> = Vec::new();
            let late = if limit > EXACT { SECOND / 128 } else { Duration::ZERO };
            for ((gap, tokens), returned) in gaps.into_iter().zip(returned) {
                now = now + Duration::from_nanos(gap);
                let tokens = tokens.min(limit);
                window.turn(now);
                let within = |length: Duration| -> u32 {
                    taken.iter().filter(|(at, _)| *at + length > now).map(|(_, tokens)| tokens).sum()
                };
                let (least, most) = (within(SECOND), within(SECOND + late));
                let wait = window.wait(tokens.into(), now);
                let there = window.take(tokens, now);
                prop_assert_eq!(there, wait.is_zero());
                if there {
                    prop_assert!(least + tokens <= limit);
                    if returned {
                        window.give_back(tokens, now);
                    } else {
                        taken.push((now, tokens));
                    }
                } else {
                    prop_assert!(most + tokens > limit);
                    let mut later = Window { booked: window.booked.clone(), ..Window::new(limit, SECOND) };
                    later.live = window.live;
                    later.turn(now + wait);
                    prop_assert!(later.take(tokens, now + wait), "promised");
                }
            }
            prop_assert!(window.booked.len() <= 302);
        }
    }
}
