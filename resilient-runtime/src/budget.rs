//! How many retries and hedges a service may be sent beside its calls.

use resilient_policy::Budget;

use crate::{
    clock::Moment,
    sync::{Mutex, MutexGuard, PoisonError},
    tagged::Tagged,
};

/// An account that each call pays a share of a request into, and each retry or hedge takes a whole one out of.
///
/// That of Twitter's Finagle (`RetryBudget`): what is there is a floor of 100, and a share of the calls of the last ten
/// seconds, less what was taken in the last ten seconds. A second is counted as a whole: the ten before the present one,
/// and what there is of it.
///
/// Calls are counted without a lock, one step each. Whoever wants to retry takes a lock for the time that it takes to
/// add up eleven numbers, so that the look and the taking are one decision. Nothing is swept: each number carries the
/// second that it is of, and starts anew when a later one comes by.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    /// A call's share of a request, in millionths.
    share: u64,
    /// Of each second.
    calls: [Tagged; SLOTS],
    spent: Mutex<Spent>,
}

/// Whole seconds that are remembered.
const WINDOW: u64 = 10;
#[expect(clippy::cast_possible_truncation, reason = "ten")]
const SLOTS: usize = WINDOW as usize + 1;
/// Ten a second.
const FLOOR: u64 = 10 * WINDOW;
/// A request, in the account's unit.
const WHOLE: u64 = 1_000_000;

fn second(now: Moment) -> u64 {
    now.nanos() / 1_000_000_000
}

#[expect(clippy::cast_possible_truncation, reason = "below eleven")]
fn slot(second: u64) -> usize {
    (second % SLOTS as u64) as usize
}

/// What is still remembered of what was counted under its second.
fn recent(counts: impl Iterator<Item = (u64, u64)>, now: u64) -> u64 {
    let oldest = now.saturating_sub(WINDOW);
    counts.filter(|(second, _)| (oldest..=now).contains(second)).map(|(_, count)| count).sum()
}

/// What was taken out.
#[derive(Debug)]
struct Spent {
    /// The latest second that something was taken in. A thread that read its clock before that, and came to the lock
    /// after, decides as if it had read it then.
    latest: u64,
    /// The second, and how much.
    slots: [(u64, u64); SLOTS],
}

impl Spent {
    /// The second that a decision is made in. A clock that stepped back by more than the window is believed: the account
    /// would stand still until it is where it was.
    fn present(&self, now: u64) -> u64 {
        if self.latest.saturating_sub(now) > WINDOW { now } else { self.latest.max(now) }
    }

    fn in_all(&self, now: u64) -> u64 {
        recent(self.slots.iter().copied(), now)
    }
}

impl RetryBudget {
    /// `None` where retries are not counted.
    pub(crate) fn new(budget: Budget) -> Option<Self> {
        let Budget::Ratio(ratio) = budget else { return None };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "between 0 and a million; what is no number becomes 0"
        )]
        let share = (ratio.clamp(0.0, 1.0) * WHOLE as f64).round() as u64;
        Some(Self {
            share,
            calls: std::array::from_fn(|_| Tagged::new()),
            spent: Mutex::new(Spent { latest: 0, slots: [(0, 0); SLOTS] }),
        })
    }

    fn spent(&self) -> MutexGuard<'_, Spent> {
        // Nothing in there can panic half-way.
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes notice of a call that leaves; its retries and hedges are no calls.
    #[inline]
    pub(crate) fn deposit(&self, now: Moment) {
        let second = second(now);
        self.calls[slot(second)].add(second);
    }

    /// Takes out one retry or hedge, if it is there.
    #[must_use]
    pub(crate) fn withdraw(&self, now: Moment) -> bool {
        let mut spent = self.spent();
        let now = spent.present(second(now));
        if self.balance(&spent, now) < WHOLE {
            return false;
        }
        spent.latest = now;
        match &mut spent.slots[slot(now)] {
            (second, number) if *second == now => *number += 1,
            other => *other = (now, 1),
        }
        true
    }

    /// In millionths of a request.
    fn balance(&self, spent: &Spent, now: u64) -> u64 {
        let paid = FLOOR * WHOLE + self.calls(now) * self.share;
        paid.saturating_sub(spent.in_all(now) * WHOLE)
    }

    fn calls(&self, now: u64) -> u64 {
        recent(self.calls.iter().map(Tagged::get), now)
    }

    pub(crate) fn snapshot(&self, now: Moment) -> BudgetSnapshot {
        let spent = self.spent();
        let now = spent.present(second(now));
        BudgetSnapshot {
            balance: self.balance(&spent, now) / WHOLE,
            calls: self.calls(now),
            spent: spent.in_all(now),
        }
    }
}

/// How many retries and hedges a service may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct BudgetSnapshot {
    /// So many at once, now.
    pub balance: u64,
    /// Calls of the last ten seconds.
    pub calls: u64,
    /// Retries and hedges of the last ten seconds.
    pub spent: u64,
}

#[cfg(all(test, resilient_loom))]
mod loom;

#[cfg(all(test, not(resilient_loom)))]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::sync::Arc;

    fn budget(ratio: f64) -> RetryBudget {
        RetryBudget::new(Budget::Ratio(ratio)).unwrap()
    }

    fn millis(n: u64) -> Moment {
        // At the begin of a second.
        Moment::FIRST + Duration::from_secs(1_000_000) + Duration::from_millis(n)
    }

    fn withdraw_all(budget: &RetryBudget, now: Moment) -> u64 {
        let mut taken = 0;
        while budget.withdraw(now) {
            taken += 1;
        }
        taken
    }

    #[test]
    fn off_is_no_budget() {
        assert!(RetryBudget::new(Budget::Off).is_none());
    }

    #[test]
    fn there_is_a_floor_and_a_share_of_the_calls() {
        let budget = budget(0.2);
        assert_eq!(withdraw_all(&budget, millis(0)), 100);
        for expected in [0, 0, 0, 0, 1, 0, 0, 0, 0, 1] {
            budget.deposit(millis(0));
            assert_eq!(withdraw_all(&budget, millis(0)), expected);
        }
        let snapshot = budget.snapshot(millis(0));
        assert_eq!((snapshot.balance, snapshot.calls, snapshot.spent), (0, 10, 102));
    }

    #[test]
    fn what_was_paid_and_taken_is_forgotten_after_ten_whole_seconds() {
        let budget = budget(0.5);
        for _ in 0..50 {
            budget.deposit(millis(999));
        }
        assert_eq!(withdraw_all(&budget, millis(999)), 125);
        assert_eq!(withdraw_all(&budget, millis(10_999)), 0);
        assert_eq!(withdraw_all(&budget, millis(11_000)), 100);
    }

    #[test]
    fn an_idle_year_leaves_the_floor() {
        let budget = budget(0.2);
        for _ in 0..1_000 {
            budget.deposit(millis(0));
        }
        assert_eq!(withdraw_all(&budget, millis(365 * 86_400_000)), 100);
    }

    #[test]
    fn a_clock_that_steps_back_neither_stalls_nor_pays_twice() {
        let budget = budget(0.2);
        assert_eq!(withdraw_all(&budget, millis(100_000)), 100);
        // A thread that read its clock early.
        assert_eq!(withdraw_all(&budget, millis(95_000)), 0);
        // A clock that was set back.
        budget.deposit(millis(0));
        assert_eq!(withdraw_all(&budget, millis(0)), 100);
        assert_eq!(budget.snapshot(millis(0)).calls, 1);
        assert_eq!(budget.snapshot(Moment::FIRST).calls, 0);
    }

    #[test]
    fn the_end_of_time_and_a_ratio_that_is_none_leave_the_floor() {
        let last = Moment::FIRST + Duration::MAX;
        let budget = budget(f64::NAN);
        budget.deposit(last);
        assert_eq!(withdraw_all(&budget, last), 100);
        assert_eq!(budget.snapshot(last).calls, 1);
    }

    #[test]
    fn threads_take_exactly_what_is_there() {
        let budget = Arc::new(budget(0.5));
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let budget = Arc::clone(&budget);
                std::thread::spawn(move || {
                    let mut taken = 0;
                    for n in 0..1_000 {
                        // Two seconds, so that slots change under way.
                        budget.deposit(millis(n * 2));
                        taken += u64::from(budget.withdraw(millis(n * 2)));
                    }
                    taken
                })
            })
            .collect();
        let taken: u64 = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        let snapshot = budget.snapshot(millis(2_000));
        assert_eq!((snapshot.calls, snapshot.spent), (4_000, taken));
        assert_eq!(taken + withdraw_all(&budget, millis(2_000)), 2_100);
    }

    /// Keeps every event.
    #[derive(Default)]
    struct Model {
        calls: Vec<u64>,
        spent: Vec<u64>,
    }

    impl Model {
        fn recent(events: &[u64], second: u64) -> u64 {
            events.iter().filter(|at| **at + 10 >= second).count() as u64
        }

        fn withdraw(&mut self, ppm: u64, second: u64) -> bool {
            let paid = 100_000_000 + ppm * Self::recent(&self.calls, second);
            let there = paid >= 1_000_000 * (Self::recent(&self.spent, second) + 1);
            if there {
                self.spent.push(second);
            }
            there
        }
    }

    proptest! {
        #[test]
        fn decides_as_a_model_that_keeps_every_event(
            ppm in 1_u64..=1_000_000,
            steps in prop::collection::vec((0_u64..3_000, 0_u32..60, 0_u32..60), 1..60),
        ) {
            #[expect(clippy::cast_precision_loss, reason = "a million")]
            let budget = budget(ppm as f64 / 1e6);
            let mut model = Model::default();
            let mut now = 0;
            for (gap, calls, retries) in steps {
                now += gap;
                for _ in 0..calls {
                    budget.deposit(millis(now));
                    model.calls.push(now / 1_000);
                }
                for _ in 0..retries {
                    prop_assert_eq!(budget.withdraw(millis(now)), model.withdraw(ppm, now / 1_000));
                }
                let snapshot = budget.snapshot(millis(now));
                prop_assert_eq!(snapshot.calls, Model::recent(&model.calls, now / 1_000));
                prop_assert_eq!(snapshot.spent, Model::recent(&model.spent, now / 1_000));
            }
        }

        #[test]
        fn a_dead_service_is_sent_a_fifth_more_and_ten_a_second(
            gaps in prop::collection::vec(0_u64..2_000, 1..60),
            calls in 1_u32..20,
        ) {
            let budget = budget(0.2);
            let (mut now, mut called, mut retried) = (0, 0.0, 0.0);
            for gap in gaps {
                now += gap;
                for _ in 0..calls {
                    budget.deposit(millis(now));
                    called += 1.0;
                    // Every attempt fails, and would be retried nine times.
                    for _ in 0..9 {
                        retried += f64::from(u8::from(budget.withdraw(millis(now))));
                    }
                }
                let elapsed = Duration::from_millis(now).as_secs_f64();
                prop_assert!(retried <= 0.2 * called + 100.0 + 10.0 * elapsed + 1e-6);
            }
        }
    }

    #[test]
    fn a_busy_dead_service_gets_its_fifth() {
        // A thousand calls a second for a minute, of which each wants two retries.
        let budget = budget(0.2);
        let mut retried = 0_u32;
        for now in 0..60_000 {
            budget.deposit(millis(now));
            for _ in 0..2 {
                retried += u32::from(budget.withdraw(millis(now)));
            }
        }
        assert!((12_000..=12_700).contains(&retried), "{retried}");
    }
}
