//! Single flight in every order of its callers' steps. A lost wake-up is a deadlock, which loom reports.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::atomic::{AtomicU32, Ordering},
    task::Poll,
};

use ::loom::{future::block_on, model::Builder, thread};

use super::{Flights, Landing, Role};

const KEY: &[u8] = b"k";

fn model(test: impl Fn() + Sync + Send + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(test);
}

/// Joins, and lands if it leads; says whether it did.
fn fly(flights: &Flights) -> bool {
    match block_on(flights.join(KEY)) {
        Role::Leader(lead) => {
            lead.land(Landing::Failed);
            true
        }
        Role::Landed(_) => false,
    }
}

/// Joins for as long as one look takes, and leaves; a leader leaves its load behind.
fn look_and_leave(flights: &Flights) {
    block_on(async {
        let mut join = pin!(flights.join(KEY));
        poll_fn(|cx| Poll::Ready(drop(join.as_mut().poll(cx)))).await;
    });
}

#[test]
fn one_leads_at_a_time_and_everybody_is_let_go() {
    model(|| {
        let flights = Flights::default();
        // Not loom's: it counts, and must not add steps.
        let leading = std::sync::Arc::new(AtomicU32::new(0));
        let fly = |flights: &Flights, leading: &AtomicU32| {
            if let Role::Leader(lead) = block_on(flights.join(KEY)) {
                assert_eq!(leading.fetch_add(1, Ordering::SeqCst), 0);
                thread::yield_now();
                leading.fetch_sub(1, Ordering::SeqCst);
                lead.land(Landing::Failed);
            }
        };
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let (flights, leading) = (flights.clone(), std::sync::Arc::clone(&leading));
                thread::spawn(move || fly(&flights, &leading))
            })
            .collect();
        fly(&flights, &leading);
        for thread in threads {
            thread.join().expect("no panic");
        }
        assert_eq!(flights.len(), 0);
    });
}

#[test]
fn a_leader_that_leaves_hands_over_to_somebody_who_stays() {
    model(|| {
        let flights = Flights::default();
        let (leaver, stayer) = (flights.clone(), flights.clone());
        let leaver = thread::spawn(move || look_and_leave(&leaver));
        let stayer = thread::spawn(move || fly(&stayer));
        let led = fly(&flights);
        leaver.join().expect("no panic");
        let led_too = stayer.join().expect("no panic");
        assert!(led || led_too, "somebody loads");
        assert_eq!(flights.len(), 0);
    });
}

#[test]
fn a_lead_that_is_given_to_a_follower_that_leaves_goes_to_the_next() {
    model(|| {
        let flights = Flights::default();
        let lead = flights.try_lead(KEY).expect("nobody else is there");
        let (leaver, stayer) = (flights.clone(), flights.clone());
        let leaver = thread::spawn(move || look_and_leave(&leaver));
        let stayer = thread::spawn(move || fly(&stayer));
        drop(lead);
        leaver.join().expect("no panic");
        assert!(stayer.join().expect("no panic"), "it loads what nobody else does");
        assert_eq!(flights.len(), 0);
    });
}

#[test]
fn an_invalidation_detaches_a_load_and_leaves_nobody_behind() {
    model(|| {
        let flights = Flights::default();
        let lead = flights.try_lead(KEY).expect("nobody else is there");
        let (follower, other) = (flights.clone(), flights.clone());
        let follower = thread::spawn(move || fly(&follower));
        let invalidation = thread::spawn(move || other.detach(KEY));
        lead.land(Landing::Failed);
        follower.join().expect("no panic");
        invalidation.join().expect("no panic");
        assert_eq!(flights.len(), 0);
    });
}
