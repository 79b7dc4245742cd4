//! Those who call: without end, until it is time; some wait for the answer, and some do not.

use std::{
    any::Any,
    cell::Cell,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::pin,
    task::Poll,
    time::{Duration, Instant},
};

use rand::{RngExt, SeedableRng, rngs::SmallRng};
use resilient_runtime::{traced, traced_blocking};

use crate::{
    diary::{Diary, Ending},
    faults::{Answer, Planned, REACHED, Trouble},
    worlds::{Adaptive, Archive, Files, Hosts, Old, Shop, Young},
};

/// What is asked for, of each method.
const KEYS: u64 = 1_000;
/// Hosts that are asked again and again.
const HOSTS: u64 = 20;

/// When a caller drops its future.
#[derive(Debug, Clone, Copy)]
enum Patience {
    Endless,
    /// When it was pending so many times.
    Polls(u32),
    Time(Duration),
}

impl Patience {
    fn random(random: &mut SmallRng) -> Self {
        match random.random_range(0..100) {
            0..4 => Self::Polls(random.random_range(1..6)),
            4..6 => Self::Time(Duration::from_micros(random.random_range(0..30_000))),
            _ => Self::Endless,
        }
    }
}

/// One in twenty is a new one: what is kept for a key must go with it.
fn key(random: &mut SmallRng) -> u64 {
    if random.random_ratio(1, 20) { random.random() } else { random.random_range(0..KEYS) }
}

/// Calls until it is time, and no faster than `pace` allows: the time from one call to the next.
pub(crate) async fn call(old: Old, young: Young, seed: u64, until: Instant, pace: Duration) {
    let mut random = SmallRng::seed_from_u64(seed);
    let (diaries, young_diaries) = (&old.client.diaries, &young.client.diaries);
    let mut due = Instant::now();
    while Instant::now() < until {
        due += pace;
        if due > Instant::now() {
            tokio::time::sleep_until(due.into()).await;
        }
        let patience = Patience::random(&mut random);
        let key = key(&mut random);
        let _: Ending = match random.random_range(0..10) {
            0 | 1 => watch(&diaries.plain, patience, key, old.shop.plain(key)).await,
            2 => watch(&diaries.hedged, patience, key, old.shop.hedged(key)).await,
            3 => watch(&diaries.remembered, patience, key, old.shop.remembered(key)).await,
            4 => watch(&diaries.refreshed, patience, key, old.shop.refreshed(key)).await,
            5 => watch(&diaries.background, patience, key, old.shop.background(key)).await,
            6 => watch(&diaries.ask, patience, key, old.adaptive.ask(key)).await,
            7 => {
                let host = (key % HOSTS).to_string();
                watch(&diaries.visit, patience, key, old.hosts.visit(&host, key)).await
            }
            8 => watch(&young_diaries.fetch, patience, key, young.archive.fetch(key)).await,
            _ => {
                let host = random.random::<u32>().to_string();
                watch(&young_diaries.visit, patience, key, young.hosts.visit(&host, key)).await
            }
        };
    }
}

/// Asks each cached method for everything, one after the other.
pub(crate) async fn fill(old: &Old) {
    let (diaries, patience) = (&old.client.diaries, Patience::Endless);
    for key in 0..KEYS {
        watch(&diaries.remembered, patience, key, old.shop.remembered(key)).await;
        watch(&diaries.refreshed, patience, key, old.shop.refreshed(key)).await;
        watch(&diaries.background, patience, key, old.shop.background(key)).await;
    }
}

/// Calls until it is time, and blocks a thread meanwhile.
pub(crate) fn call_blocking(old: &Old, seed: u64, until: Instant, pace: Duration) {
    let mut random = SmallRng::seed_from_u64(seed);
    let mut due = Instant::now();
    while Instant::now() < until {
        due += pace;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        watch_blocking(old, random.random_range(0..KEYS));
    }
}

fn watch_blocking(old: &Old, key: u64) -> Ending {
    REACHED.sync_scope(Cell::new(0), || {
        let called = AssertUnwindSafe(|| traced_blocking(|| old.files.read(key)));
        let ending = match catch_unwind(called) {
            Ok((outcome, provenance)) => {
                check(&outcome, key);
                Ending::of(&outcome, provenance, REACHED.with(Cell::get))
            }
            Err(payload) => planned(payload),
        };
        old.client.diaries.read.ended(ending);
        ending
    })
}

/// Makes one call, and writes down how it ended.
async fn watch(
    diary: &Diary,
    patience: Patience,
    key: u64,
    call: impl Future<Output = Result<Answer, Trouble>>,
) -> Ending {
    let ending = REACHED.scope(Cell::new(0), async {
        let mut polls = 0;
        let mut call = pin!(traced(call));
        let called =
            poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(cx))) {
                Ok(Poll::Ready((outcome, provenance))) => {
                    check(&outcome, key);
                    Poll::Ready(Ending::of(&outcome, provenance, REACHED.with(Cell::get)))
                }
                Ok(Poll::Pending) => {
                    polls += 1;
                    match patience {
                        Patience::Polls(most) if polls >= most => Poll::Ready(Ending::Dropped),
                        _ => Poll::Pending,
                    }
                }
                Err(payload) => Poll::Ready(planned(payload)),
            });
        match patience {
            Patience::Time(time) => {
                tokio::time::timeout(time, called).await.unwrap_or(Ending::Dropped)
            }
            _ => called.await,
        }
    });
    let ending = ending.await;
    diary.ended(ending);
    ending
}

fn check(outcome: &Result<Answer, Trouble>, key: u64) {
    if let Ok(answer) = outcome {
        assert_eq!(*answer, Answer::to(key), "nobody gets another key's answer, or half of one");
    }
}

fn planned(payload: Box<dyn Any + Send>) -> Ending {
    if payload.is::<Planned>() { Ending::Panicked } else { resume_unwind(payload) }
}

/// One of the methods, for a call that is to bring a service back.
#[derive(Debug, Clone)]
pub(crate) enum Asked {
    Plain,
    Ask,
    Read,
    Fetch,
    /// One host of the hosts that are asked again and again, or of the others.
    Host {
        host: String,
        aged: bool,
    },
}

impl Asked {
    /// One for each breaker that is not a key's.
    pub(crate) const EACH: [Self; 4] = [Self::Plain, Self::Ask, Self::Read, Self::Fetch];
}

/// Makes one call, with all the patience in the world.
pub(crate) async fn probe(old: &Old, young: &Young, asked: &Asked, key: u64) -> Ending {
    let (diaries, young_diaries) = (&old.client.diaries, &young.client.diaries);
    let patience = Patience::Endless;
    match asked {
        Asked::Plain => watch(&diaries.plain, patience, key, old.shop.plain(key)).await,
        Asked::Ask => watch(&diaries.ask, patience, key, old.adaptive.ask(key)).await,
        Asked::Read => {
            let old = old.clone();
            let read = tokio::task::spawn_blocking(move || watch_blocking(&old, key));
            read.await.expect("no panic")
        }
        Asked::Fetch => watch(&young_diaries.fetch, patience, key, young.archive.fetch(key)).await,
        Asked::Host { host, aged: true } => {
            watch(&diaries.visit, patience, key, old.hosts.visit(host, key)).await
        }
        Asked::Host { host, aged: false } => {
            watch(&young_diaries.visit, patience, key, young.hosts.visit(host, key)).await
        }
    }
}
