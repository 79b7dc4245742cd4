use std::{collections::VecDeque, time::Duration};

use super::judge::{Counts, Outcome};
use crate::clock::Moment;

/// The probes of one half-open round: exactly so many places, and a lease for each probe under way.
#[derive(Debug)]
pub(super) struct Probes {
    places: u32,
    lease: Duration,
    /// Never the same twice, so that a probe that lost its lease is not taken for the one that has its place.
    next: u64,
    /// Oldest first.
    under_way: VecDeque<(u64, Moment)>,
    ended: Counts,
}

impl Probes {
    pub(super) fn new(places: u32, lease: Duration) -> Self {
        Self { places, lease, next: 0, under_way: VecDeque::new(), ended: Counts::default() }
    }

    /// Begins a round.
    pub(super) fn clear(&mut self) {
        self.under_way.clear();
        self.ended = Counts::default();
    }

    pub(super) fn ended(&self) -> Counts {
        self.ended
    }

    pub(super) fn under_way(&self) -> u32 {
        u32::try_from(self.under_way.len()).unwrap_or(u32::MAX)
    }

    /// Takes a place, if one is free or can be taken from a probe whose lease is over.
    pub(super) fn admit(&mut self, now: Moment) -> Option<u64> {
        while self.oldest_ends_in(now) == Some(Duration::ZERO) {
            self.under_way.pop_front();
        }
        if !self.has_place() {
            return None;
        }
        self.next += 1;
        self.under_way.push_back((self.next, now));
        Some(self.next)
    }

    pub(super) fn give_back(&mut self, probe: u64) -> bool {
        let position = self.under_way.binary_search_by_key(&probe, |&(probe, _)| probe);
        position.is_ok_and(|position| self.under_way.remove(position).is_some())
    }

    /// Counts a probe; not one that has lost its place.
    pub(super) fn end(&mut self, probe: u64, outcome: Outcome) -> bool {
        let held = self.give_back(probe);
        if held {
            self.ended.add(outcome);
        }
        held
    }

    /// How long until there is a place.
    pub(super) fn free_in(&self, now: Moment) -> Duration {
        if self.has_place() {
            return Duration::ZERO;
        }
        self.oldest_ends_in(now).unwrap_or(Duration::ZERO)
    }

    /// No lease began after now: a clock that stepped back must not prolong it.
    pub(super) fn not_after(&mut self, now: Moment) {
        for (_, since) in self.under_way.iter_mut().rev().take_while(|(_, since)| *since > now) {
            *since = now;
        }
    }

    fn has_place(&self) -> bool {
        self.under_way.len() as u64 + self.ended.calls < u64::from(self.places)
    }

    fn oldest_ends_in(&self, now: Moment) -> Option<Duration> {
        self.under_way.front().map(|&(_, since)| self.lease.saturating_sub(now.since(since)))
    }
}
