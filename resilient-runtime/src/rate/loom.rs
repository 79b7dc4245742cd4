//! Every order in which threads can take their steps, for what a test that runs once can miss.
//!
//! `RUSTFLAGS="--cfg resilient_loom" cargo test --release -p resilient-runtime --lib rate::loom`, in a target directory
//! of its own.

use std::{future::poll_fn, task::Poll, time::Duration};

use ::loom::{future::block_on, model::Builder, thread};
use resilient_policy::RateConfig;

use super::{
    Admission, Priority, RateLimiter, Token, Waiting,
    waiting::{NoToken, Seen},
};
use crate::clock::Moment;

const NORMAL: Priority = Priority::Normal;

/// No token comes within a test: what is there must do.
fn limiter(burst: u32) -> RateLimiter {
    let century = Duration::from_secs(3_000_000_000);
    let config = RateConfig::new().limit(1.0).per(Duration::from_secs(100_000_000)).burst(burst);
    RateLimiter::new("service".into(), config.wait(century).settings())
}

/// Later than any that is read from the clock, so that a test takes the same steps each time.
fn now() -> Moment {
    Moment::at(Duration::from_secs(1_000))
}

fn ask(limiter: &RateLimiter) -> Admission {
    limiter.ask(1, NORMAL, now(), None).expect("patience")
}

/// Without the timer: a lost wake-up is a deadlock, which loom reports.
async fn token(mut waiting: Waiting) -> Result<Token, NoToken> {
    poll_fn(|cx| match waiting.look(cx, now()) {
        Seen::Ended(token) => Poll::Ready(token),
        Seen::Until(_) => Poll::Pending,
    })
    .await
}

fn get(limiter: &RateLimiter) -> Token {
    match ask(limiter) {
        Admission::Taken(token) => token,
        Admission::Slot { waiting, .. } => {
            let token = block_on(token(waiting)).expect("patience");
            limiter.admitted(token, NORMAL);
            token
        }
    }
}

/// One look, and away.
fn look_and_leave(limiter: &RateLimiter) {
    match ask(limiter) {
        Admission::Taken(token) => limiter.give_back(token, NORMAL, now()),
        Admission::Slot { mut waiting, .. } => block_on(poll_fn(|cx| {
            if let Seen::Ended(Ok(token)) = waiting.look(cx, now()) {
                limiter.admitted(token, NORMAL);
                limiter.give_back(token, NORMAL, now());
            }
            Poll::Ready(())
        })),
    }
}

fn model(test: impl Fn() + Sync + Send + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(test);
}

fn all_there(limiter: &RateLimiter, tokens: u32) {
    assert_eq!(limiter.spare(tokens + 1, NORMAL, now()), None);
    assert!(limiter.spare(tokens, NORMAL, now()).is_some());
}

#[test]
fn no_token_is_taken_twice() {
    model(|| {
        let limiter = limiter(2);
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let limiter = limiter.clone();
                thread::spawn(move || u32::from(limiter.spare(1, NORMAL, now()).is_some()))
            })
            .collect();
        let mut taken = u32::from(limiter.spare(1, NORMAL, now()).is_some());
        for thread in threads {
            taken += thread.join().expect("no panic");
        }
        assert_eq!(taken, 2);
    });
}

#[test]
fn a_token_that_comes_back_finds_who_waits_or_comes() {
    model(|| {
        let limiter = limiter(1);
        let held = get(&limiter);
        let waiter = {
            let limiter = limiter.clone();
            thread::spawn(move || {
                let _used = get(&limiter);
            })
        };
        limiter.give_back(held, NORMAL, now());
        waiter.join().expect("no panic");
        all_there(&limiter, 0);
    });
}

#[test]
fn a_token_whose_waiter_is_dropped_goes_to_the_next() {
    model(|| {
        let limiter = limiter(1);
        // Under the lock alone, as with every rate that is not the configured one: without it, one that is given back
        // while another is taken may be lost.
        limiter.set_limit(0.5).expect("valid");
        let held = get(&limiter);
        let (leaver, stayer) = (limiter.clone(), limiter.clone());
        let leaver = thread::spawn(move || look_and_leave(&leaver));
        let stayer = thread::spawn(move || {
            let _used = get(&stayer);
        });
        limiter.give_back(held, NORMAL, now());
        leaver.join().expect("no panic");
        stayer.join().expect("no panic");
    });
}

#[test]
fn who_takes_without_the_lock_and_who_takes_with_it_see_each_other() {
    model(|| {
        let limiter = limiter(3);
        let threads: Vec<_> = (0..2)
            .map(|number| {
                let limiter = limiter.clone();
                thread::spawn(move || {
                    if number == 0 {
                        limiter.pause_at(Duration::ZERO, now());
                    }
                    u32::from(limiter.spare(1, NORMAL, now()).is_some())
                })
            })
            .collect();
        limiter.set_limit(2.0).expect("valid");
        let taken: u32 = threads.into_iter().map(|thread| thread.join().expect("no panic")).sum();
        assert_eq!(taken, 2);
        all_there(&limiter, 1);
    });
}

#[test]
fn who_takes_and_who_lends_see_each_other() {
    model(|| {
        let limiter = limiter(3);
        let taker = {
            let limiter = limiter.clone();
            thread::spawn(move || {
                // Not there while the other one has the lock: then it asks, as a call does.
                if !limiter.take_one(NORMAL, now()) {
                    let _used = get(&limiter);
                }
            })
        };
        let lender = {
            let limiter = limiter.clone();
            thread::spawn(move || look_and_leave(&limiter))
        };
        taker.join().expect("no panic");
        lender.join().expect("no panic");
        assert_eq!(limiter.spare(3, NORMAL, now()), None, "the token that was taken is gone");
    });
}
