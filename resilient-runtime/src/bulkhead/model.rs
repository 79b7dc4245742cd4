//! The fixed bulkhead against a naive model of it, over random sequences of what calls can do.

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use proptest::prelude::*;
use rand::{SeedableRng, rngs::SmallRng};
use resilient_policy::BulkheadConfig;

use super::{Bulkhead, BulkheadRejections, BulkheadSnapshot, Entry, Place};
use crate::{BulkheadFullReason, clock::Moment};

#[derive(Debug, Clone, Copy)]
enum Step {
    /// A call comes, with so many milliseconds until its deadline.
    Ask(Option<u64>),
    /// One of those under way ends.
    End(usize),
    /// One of those that wait, or were given a place and do not know yet, is dropped.
    Drop(usize),
    /// Time passes, in milliseconds. Whose wait is over is not told before the next `Run`.
    Pass(u64),
    /// Everybody who was woken is polled.
    Run,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => prop::option::of(0_u64..40).prop_map(Step::Ask),
        2 => any::<usize>().prop_map(Step::End),
        1 => any::<usize>().prop_map(Step::Drop),
        1 => (1_u64..15).prop_map(Step::Pass),
        2 => Just(Step::Run),
    ]
}

/// A waiter of the model: what it will be told, and when.
#[derive(Debug, Clone, Copy)]
struct Expected {
    number: u32,
    until: u64,
    over: BulkheadFullReason,
}

#[derive(Debug)]
struct Model {
    max: u32,
    wait: u64,
    queue: usize,
    now: u64,
    /// Under way, those included who do not know yet.
    active: u32,
    line: VecDeque<Expected>,
    /// Who were given a place and do not know yet.
    given: Vec<u32>,
    waited: u64,
    rejected: BulkheadRejections,
}

impl Model {
    fn ask(&mut self, number: u32, deadline: Option<u64>) -> Result<bool, BulkheadFullReason> {
        let deadline = deadline.map(|left| self.now + left);
        if self.active < self.max && self.line.is_empty() {
            self.active += 1;
            return Ok(true);
        }
        let full = if self.wait == 0 {
            BulkheadFullReason::Busy
        } else if deadline.is_some_and(|deadline| deadline <= self.now) {
            BulkheadFullReason::Deadline
        } else if self.line.len() >= self.queue {
            BulkheadFullReason::QueueFull
        } else {
            let over = self.now + self.wait;
            let (until, over) = match deadline {
                Some(deadline) if deadline < over => (deadline, BulkheadFullReason::Deadline),
                _ => (over, BulkheadFullReason::WaitOver),
            };
            self.line.push_back(Expected { number, until, over });
            self.waited += 1;
            return Ok(false);
        };
        self.reject(full);
        Err(full)
    }

    fn reject(&mut self, reason: BulkheadFullReason) {
        *match reason {
            BulkheadFullReason::Busy => &mut self.rejected.busy,
            BulkheadFullReason::QueueFull => &mut self.rejected.queue_full,
            BulkheadFullReason::WaitOver => &mut self.rejected.wait_over,
            BulkheadFullReason::Deadline => &mut self.rejected.deadline,
        } += 1;
    }

    fn end(&mut self) {
        self.active -= 1;
        while self.active < self.max
            && let Some(first) = self.line.pop_front()
        {
            self.active += 1;
            self.given.push(first.number);
        }
    }

    fn drop_waiter(&mut self, number: u32) {
        if let Some(at) = self.given.iter().position(|given| *given == number) {
            self.given.remove(at);
            self.end();
        } else {
            self.line.retain(|waiter| waiter.number != number);
        }
    }

    /// What a waiter learns that looks now.
    fn look(&mut self, number: u32) -> Option<Result<(), BulkheadFullReason>> {
        if let Some(at) = self.given.iter().position(|given| *given == number) {
            self.given.remove(at);
            return Some(Ok(()));
        }
        let at = self.line.iter().position(|waiter| waiter.number == number)?;
        if self.line[at].until > self.now {
            return None;
        }
        let over = self.line.remove(at)?.over;
        self.reject(over);
        Some(Err(over))
    }

    fn snapshot(&self) -> BulkheadSnapshot {
        let queued = u32::try_from(self.line.len()).expect("few");
        BulkheadSnapshot {
            limit: self.max,
            min: self.max,
            max: self.max,
            active: self.active,
            available: if queued > 0 { 0 } else { self.max - self.active },
            queued,
            waited: self.waited,
            rejected: self.rejected,
        }
    }
}

/// Whether a waiter was woken since it last looked.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Waiter<'a> {
    number: u32,
    woken: Arc<Woken>,
    place: Pin<Box<dyn Future<Output = Result<Place<'a>, BulkheadFullReason>> + 'a>>,
}

impl<'a> Waiter<'a> {
    fn look(&mut self) -> Poll<Result<Place<'a>, BulkheadFullReason>> {
        self.woken.0.store(false, Ordering::Relaxed);
        let waker = Waker::from(Arc::clone(&self.woken));
        self.place.as_mut().poll(&mut Context::from_waker(&waker))
    }
}

async fn compare(max: u32, wait: u64, queue: u32, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let config = BulkheadConfig::new().max(max).wait(Duration::from_millis(wait)).queue(queue);
    let bulkhead = Bulkhead::new(config.settings(), SmallRng::seed_from_u64(0));
    let mut model = Model {
        max,
        wait,
        queue: usize::try_from(queue).expect("few"),
        now: 0,
        active: 0,
        line: VecDeque::new(),
        given: Vec::new(),
        waited: 0,
        rejected: BulkheadRejections::default(),
    };
    let (mut places, mut waiters) = (Vec::new(), Vec::<Waiter<'_>>::new());
    for (number, step) in (0..).zip(steps) {
        match step {
            Step::Ask(deadline) => {
                let now = Moment::now();
                let until = deadline.map(|left| now + Duration::from_millis(left));
                match (bulkhead.ask(now, until), model.ask(number, deadline)) {
                    (Ok(Entry::Place(place)), Ok(true)) => places.push(place),
                    (Ok(Entry::Queued(waiting)), Ok(false)) => {
                        let place = Box::pin(tokio::task::unconstrained(waiting.place()));
                        let mut waiter = Waiter { number, woken: Arc::default(), place };
                        prop_assert!(waiter.look().is_pending());
                        waiters.push(waiter);
                    }
                    (got, expected) => {
                        prop_assert_eq!(got.err(), expected.err());
                    }
                }
            }
            Step::End(which) if !places.is_empty() => {
                drop(places.swap_remove(which % places.len()));
                model.end();
            }
            Step::Drop(which) if !waiters.is_empty() => {
                let waiter = waiters.remove(which % waiters.len());
                model.drop_waiter(waiter.number);
            }
            Step::Pass(millis) => {
                tokio::time::advance(Duration::from_millis(millis)).await;
                model.now += millis;
            }
            Step::Run => {
                let mut kept = Vec::new();
                for mut waiter in waiters {
                    let expected = model.look(waiter.number);
                    let woken = waiter.woken.0.load(Ordering::Relaxed);
                    // Woken for no reason would be no mistake, but a cost: nobody is.
                    prop_assert_eq!(woken, expected.is_some(), "{:?}", waiter.number);
                    match waiter.look() {
                        Poll::Ready(Ok(place)) => {
                            prop_assert_eq!(expected, Some(Ok(())));
                            places.push(place);
                        }
                        Poll::Ready(Err(reason)) => prop_assert_eq!(expected, Some(Err(reason))),
                        Poll::Pending => {
                            prop_assert_eq!(expected, None);
                            kept.push(waiter);
                        }
                    }
                }
                waiters = kept;
            }
            Step::End(_) | Step::Drop(_) => {}
        }
        let snapshot = bulkhead.snapshot();
        prop_assert!(snapshot.active <= max && snapshot.queued <= queue);
        prop_assert_eq!(snapshot, model.snapshot());
    }
    drop((places, waiters));
    prop_assert_eq!((bulkhead.snapshot().active, bulkhead.snapshot().queued), (0, 0));
    Ok(())
}

proptest! {
    #[test]
    fn does_what_the_model_does(
        max in 1_u32..4,
        wait in prop_oneof![1 => Just(0_u64), 6 => 1_u64..40],
        queue in 1_u32..6,
        steps in prop::collection::vec(step(), 0..120),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(compare(max, wait, queue, steps))?;
    }
}
