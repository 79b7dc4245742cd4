//! Every order in which the steps of two or three threads can be taken.

use std::time::Duration;

use ::loom::{model, thread};

use super::*;
use crate::sync::Arc;

const NOW: Moment = Moment::FIRST;

fn later(seconds: u64) -> Moment {
    NOW + Duration::from_secs(seconds)
}

/// With so many left.
fn budget(left: u64) -> RetryBudget {
    let budget = RetryBudget::new(Budget::Ratio(1.0)).unwrap();
    budget.spent().slots[slot(1)] = (1, FLOOR - left);
    budget
}

fn join(threads: Vec<thread::JoinHandle<bool>>) -> u64 {
    threads.into_iter().map(|thread| u64::from(thread.join().unwrap())).sum()
}

#[test]
fn the_last_one_is_taken_once() {
    model(|| {
        let budget = Arc::new(budget(1));
        let threads = (0..3)
            .map(|_| {
                let budget = Arc::clone(&budget);
                thread::spawn(move || budget.withdraw(later(1)))
            })
            .collect();
        assert_eq!(join(threads), 1);
    });
}

#[test]
fn threads_on_both_sides_of_a_second_take_no_more_than_there_is() {
    model(|| {
        let budget = Arc::new(budget(1));
        let threads = [1, 2]
            .map(|second| {
                let budget = Arc::clone(&budget);
                thread::spawn(move || budget.withdraw(later(second)))
            })
            .into();
        assert_eq!(join(threads), 1);
    });
}

#[test]
fn what_is_paid_meanwhile_is_taken_at_most_once() {
    model(|| {
        let budget = Arc::new(budget(0));
        let paying = {
            let budget = Arc::clone(&budget);
            thread::spawn(move || {
                budget.deposit(later(1));
                budget.withdraw(later(1))
            })
        };
        let taking = {
            let budget = Arc::clone(&budget);
            thread::spawn(move || budget.withdraw(later(1)))
        };
        assert_eq!(join(vec![paying, taking]), 1);
        assert_eq!(budget.snapshot(later(1)).balance, 0);
    });
}

#[test]
fn no_call_is_lost_when_a_slot_starts_anew() {
    model(|| {
        let budget = Arc::new(budget(0));
        // The slot of the 12th second is that of the first.
        budget.deposit(later(1));
        let threads = (0..2)
            .map(|_| {
                let budget = Arc::clone(&budget);
                thread::spawn(move || {
                    budget.deposit(later(12));
                    true
                })
            })
            .collect();
        join(threads);
        assert_eq!(budget.snapshot(later(12)).calls, 2);
    });
}
