#![allow(clippy::float_cmp, reason = "rates that are set, and not computed")]

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use resilient_policy::{RateAdaptation, RateAlgorithm, RateConfig};
use tokio::time::{Instant, advance};

use super::{keyed::MOST_KEYS, *};
use crate::{ConfigError, Rejection};

const SECOND: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(100_000);

fn limiter(config: RateConfig) -> RateLimiter {
    RateLimiter::new("service".into(), config.settings())
}

/// One a second, one at once, and all the patience in the world.
fn slow() -> RateLimiter {
    limiter(RateConfig::new().limit(1.0).burst(1).wait(LONG))
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test(start_paused = true)]
async fn waiters_are_served_in_order_each_at_its_slot() {
    let limiter = slow();
    let start = Instant::now();
    let served = Arc::new(Mutex::new(Vec::new()));
    let tasks: Vec<_> = (0..100)
        .map(|number| {
            let (limiter, served) = (limiter.clone(), Arc::clone(&served));
            tokio::spawn(async move {
                limiter.acquire(1).await.expect("in time");
                served.lock().expect("no panic").push((number, start.elapsed().as_secs()));
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic");
    }
    let expected: Vec<_> = (0..100).map(|number| (number, number)).collect();
    assert_eq!(*served.lock().expect("no panic"), expected);
    assert_eq!(limiter.snapshot().counts.admitted.normal, 100);
}

/// A future that counts how many times it was polled.
async fn counted<F: Future>(future: F, polls: &AtomicU32) -> F::Output {
    let mut future = pin!(future);
    std::future::poll_fn(|cx| {
        polls.fetch_add(1, Ordering::Relaxed);
        future.as_mut().poll(cx)
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_waiters_wake_once_each() {
    let limiter = limiter(RateConfig::new().limit(100.0).burst(1).wait(LONG));
    let polls = Arc::new(AtomicU32::new(0));
    let tasks: Vec<_> = (0..10_000)
        .map(|_| {
            let (limiter, polls) = (limiter.clone(), Arc::clone(&polls));
            tokio::spawn(async move { counted(limiter.acquire(1), &polls).await })
        })
        .collect();
    let start = Instant::now();
    for task in tasks {
        assert_eq!(task.await.expect("no panic"), Ok(()));
    }
    assert_eq!(start.elapsed(), Duration::from_millis(99_990));
    // The first one never waits; the others are polled when they come and when their slot does.
    assert_eq!(polls.load(Ordering::Relaxed), 2 * 10_000 - 1);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_waiters_slot_goes_to_the_next() {
    let limiter = slow();
    let start = Instant::now();
    limiter.try_acquire(1).expect("the first token is there");
    let polls = Arc::new(AtomicU32::new(0));
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let (limiter, polls) = (limiter.clone(), Arc::clone(&polls));
            tokio::spawn(async move {
                counted(limiter.acquire(1), &polls).await.expect("in time");
                start.elapsed().as_secs()
            })
        })
        .collect();
    tokio::task::yield_now().await;
    assert_eq!(limiter.snapshot().waiting, 10);
    let mut seconds = Vec::new();
    for (number, task) in tasks.into_iter().enumerate() {
        if number % 2 == 0 {
            task.abort();
        } else {
            seconds.push(task);
        }
    }
    let mut served = Vec::new();
    for task in seconds {
        served.push(task.await.expect("no panic"));
    }
    assert_eq!(served, [1, 2, 3, 4, 5]);
    assert_eq!(limiter.snapshot().waiting, 0);
    assert!(polls.load(Ordering::Relaxed) <= 10 + 2 * 5, "each moves up at most once");
}

#[tokio::test(start_paused = true)]
async fn a_slot_past_the_wait_or_the_deadline_is_refused_at_once_and_costs_nothing() {
    let limiter = limiter(RateConfig::new().limit(0.5).burst(1).wait(3 * SECOND));
    limiter.try_acquire(1).expect("the first token is there");
    let now = Moment::now();
    let ask = |deadline| limiter.ask(1, Priority::Normal, now, deadline);
    assert!(matches!(ask(Some(now + SECOND)), Err(wait) if wait.as_secs() == 2));
    assert!(matches!(ask(Some(now + 2 * SECOND)), Err(wait) if wait.as_secs() == 2));
    let place = ask(None);
    assert!(matches!(&place, Ok(Admission::Slot { wait, .. }) if wait.as_secs() == 2));
    assert!(matches!(ask(None), Err(wait) if wait.as_secs() == 4));
    drop(place);
    assert_eq!(limiter.snapshot().next_slot, 2 * SECOND);
    assert_eq!(limiter.snapshot().counts.rejected.total(), 3);
}

/// Who is served in which order, and when.
#[derive(Clone, Default)]
struct Served(Arc<Mutex<Vec<(&'static str, u128)>>>);

impl Served {
    fn joins(&self, limiter: &RateLimiter, name: &'static str, priority: Priority) {
        let (limiter, served, now) = (limiter.clone(), self.clone(), Instant::now());
        let reserved = limiter_as(&limiter, priority);
        tokio::spawn(async move {
            if reserved.expect("room").redeem().await.is_ok() {
                served.0.lock().expect("no panic").push((name, now.elapsed().as_millis()));
            }
        });
    }

    fn names(&self) -> Vec<&'static str> {
        self.0.lock().expect("no panic").iter().map(|(name, _)| *name).collect()
    }
}

fn limiter_as(limiter: &RateLimiter, priority: Priority) -> Result<Reservation, Rejection> {
    let mut reserved = pin!(with_priority(priority, async { limiter.reserve(1) }));
    match poll(reserved.as_mut()) {
        Poll::Ready(reserved) => reserved,
        Poll::Pending => unreachable!("it does not wait"),
    }
}

#[tokio::test(start_paused = true)]
async fn higher_priorities_go_first_and_equals_in_order() {
    let (limiter, served) = (slow(), Served::default());
    limiter.try_acquire(1).expect("the first token is there");
    for (name, priority) in [
        ("low", Priority::Low),
        ("normal", Priority::Normal),
        ("normal 2", Priority::Normal),
        ("critical", Priority::Critical),
        ("high", Priority::High),
        ("critical 2", Priority::Critical),
    ] {
        served.joins(&limiter, name, priority);
    }
    tokio::task::yield_now().await;
    let waiting = limiter.snapshot().waiting_by_priority;
    assert_eq!((waiting.critical, waiting.high, waiting.normal, waiting.low), (2, 1, 2, 1));
    tokio::time::sleep(10 * SECOND).await;
    let expected = ["critical", "critical 2", "high", "normal", "normal 2", "low"];
    assert_eq!(served.names(), expected);
}

#[tokio::test(start_paused = true)]
async fn nobody_starves_for_a_quarter_of_the_wait_is_worth_a_priority() {
    let limiter = limiter(RateConfig::new().limit(1.0).burst(1).wait(20 * SECOND));
    let served = Served::default();
    limiter.try_acquire(1).expect("the first token is there");
    served.joins(&limiter, "low", Priority::Low);
    for _ in 0..40 {
        served.joins(&limiter, "high", Priority::High);
        tokio::time::sleep(SECOND).await;
    }
    let names = served.names();
    let position = names.iter().position(|name| *name == "low").expect("served");
    // It is high after ten seconds, and the first of those then; one more was high already.
    assert!((9..=11).contains(&position), "{position}");
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_turns_the_last_of_the_lowest_away_for_a_higher_one() {
    let limiter = limiter(RateConfig::new().limit(1.0).burst(1).wait(LONG).queue(3));
    let served = Served::default();
    limiter.try_acquire(1).expect("the first token is there");
    served.joins(&limiter, "low", Priority::Low);
    served.joins(&limiter, "low 2", Priority::Low);
    served.joins(&limiter, "normal", Priority::Normal);
    tokio::task::yield_now().await;
    assert!(limiter_as(&limiter, Priority::Low).is_err(), "nobody is lower");
    served.joins(&limiter, "high", Priority::High);
    served.joins(&limiter, "critical", Priority::Critical);
    tokio::task::yield_now().await;
    assert!(limiter_as(&limiter, Priority::Normal).is_err());
    let counts = limiter.snapshot().counts;
    assert_eq!((counts.shed.low, counts.shed.total(), limiter.snapshot().waiting), (2, 2, 3));
    assert_eq!((counts.rejected.low, counts.rejected.normal), (1, 1));
    tokio::time::sleep(10 * SECOND).await;
    assert_eq!(served.names(), ["critical", "high", "normal"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_given_back_wakes_the_first_in_line_early() {
    let limiter = limiter(RateConfig::new().limit(0.1).burst(2).wait(LONG));
    let start = Instant::now();
    let held = limiter.reserve(2).expect("there");
    let waiter = {
        let limiter = limiter.clone();
        tokio::spawn(async move { limiter.acquire(1).await })
    };
    tokio::task::yield_now().await;
    assert_eq!(limiter.snapshot().next_slot, 20 * SECOND);
    drop(held);
    assert_eq!(waiter.await.expect("no panic"), Ok(()));
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(limiter.snapshot().available, 1);
    assert_eq!(limiter.snapshot().counts.admitted.total(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_is_dropped_with_its_token_gives_it_to_the_next() {
    let limiter = slow();
    limiter.try_acquire(1).expect("the first token is there");
    let mut first = Box::pin(limiter.acquire(1));
    let mut second = Box::pin(limiter.acquire(1));
    assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
    advance(SECOND).await;
    // The token is the first one's, who does not know yet.
    assert_eq!(limiter.snapshot().waiting, 1);
    drop(first);
    assert_eq!(poll(second.as_mut()), Poll::Ready(Ok(())));
    assert_eq!(limiter.snapshot().counts.admitted.total(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_reservation_that_nobody_polls_holds_nobody_up() {
    let limiter = slow();
    limiter.try_acquire(1).expect("the first token is there");
    let reserved = limiter.reserve(1).expect("room");
    assert_eq!(reserved.wait(), SECOND);
    let start = Instant::now();
    let waiters: Vec<_> = (0..3)
        .map(|_| {
            let limiter = limiter.clone();
            tokio::spawn(async move { limiter.acquire(1).await.map(|()| start.elapsed()) })
        })
        .collect();
    tokio::task::yield_now().await;
    let high = limiter_as(&limiter, Priority::High).expect("room");
    for (number, waiter) in (3..).zip(waiters) {
        assert_eq!(waiter.await.expect("no panic"), Ok(number * SECOND));
    }
    assert_eq!((reserved.wait(), high.wait()), (Duration::ZERO, Duration::ZERO));
    assert_eq!(reserved.redeem().await, Ok(()));
    assert_eq!(start.elapsed(), 5 * SECOND);
    high.cancel();
}

#[tokio::test(start_paused = true)]
async fn more_than_the_burst_is_refused_at_once_and_none_is_always_there() {
    let limiter = limiter(RateConfig::new().limit(10.0).burst(5));
    assert_eq!(limiter.acquire(5).await, Ok(()));
    assert_eq!(limiter.acquire(5).await, Ok(()));
    let never = resilient_policy::duration::LONGEST;
    for refused in
        [limiter.acquire(6).await, limiter.try_acquire(6), limiter.acquire(u32::MAX).await]
    {
        assert!(
            matches!(refused, Err(Rejection::RateLimited { retry_after, .. }) if retry_after == never)
        );
    }
    assert_eq!(limiter.try_acquire(0), Ok(()));
    for algorithm in [RateAlgorithm::SlidingWindow, RateAlgorithm::Both] {
        let limiter = self::limiter(RateConfig::new().limit(5.0).algorithm(algorithm));
        assert_eq!(limiter.acquire(5).await, Ok(()));
        limiter.set_limit(2.0).expect("valid");
        limiter.pause(SECOND);
        assert_eq!(limiter.acquire(0).await, Ok(()));
        assert!(limiter.acquire(3).await.is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_of_the_limit_keeps_who_waits_and_what_was_taken() {
    let limiter = limiter(RateConfig::new().limit(1.0).burst(10).wait(LONG));
    limiter.try_acquire(10).expect("the burst");
    let start = Instant::now();
    let waiters: Vec<_> = (0..6)
        .map(|_| {
            let limiter = limiter.clone();
            tokio::spawn(
                async move { limiter.acquire(1).await.map(|()| start.elapsed().as_millis()) },
            )
        })
        .collect();
    tokio::time::sleep(2 * SECOND + SECOND / 2).await;
    limiter.set_limit(10.0).expect("valid");
    assert_eq!(limiter.snapshot().limit, 10.0);
    let mut times = Vec::new();
    for waiter in waiters {
        times.push(waiter.await.expect("no panic").expect("in time"));
    }
    // Half of the third token was there.
    assert_eq!(times, [1_000, 2_000, 2_550, 2_650, 2_750, 2_850]);
    limiter.set_limit(0.1).expect("valid");
    assert_eq!(limiter.snapshot().next_slot, 10 * SECOND);
    for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e10, 1e-300] {
        assert!(matches!(limiter.set_limit(wrong), Err(ConfigError::Invalid { .. })), "{wrong}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_moves_everybody_back_and_ends_for_one_after_the_other() {
    let limiter = limiter(RateConfig::new().limit(1.0).burst(5).wait(LONG));
    limiter.try_acquire(5).expect("the burst");
    let start = Instant::now();
    let waiters: Vec<_> = (0..3)
        .map(|_| {
            let limiter = limiter.clone();
            tokio::spawn(
                async move { limiter.acquire(1).await.map(|()| start.elapsed().as_secs()) },
            )
        })
        .collect();
    tokio::task::yield_now().await;
    limiter.pause(30 * SECOND);
    for (second, waiter) in (30..).zip(waiters) {
        assert_eq!(waiter.await.expect("no panic"), Ok(second));
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_longer_than_the_wait_turns_away_who_waits() {
    let limiter = limiter(RateConfig::new().limit(1.0).burst(1).wait(3 * SECOND));
    limiter.try_acquire(1).expect("the first token is there");
    let start = Instant::now();
    let mut waiter = Box::pin(limiter.acquire(1));
    assert!(poll(waiter.as_mut()).is_pending());
    limiter.pause(10 * SECOND);
    let rejected = waiter.await;
    assert!(
        matches!(rejected, Err(Rejection::RateLimited { retry_after, .. }) if retry_after == 7 * SECOND)
    );
    assert_eq!(start.elapsed(), 3 * SECOND);
    limiter.pause(Duration::MAX);
    assert!(limiter.try_acquire(1).is_err());
}

#[tokio::test(start_paused = true)]
async fn windows_let_their_limit_through_in_each() {
    for (limit, late) in [(4, 0), (512, 8)] {
        let config =
            RateConfig::new().limit(f64::from(limit)).algorithm(RateAlgorithm::SlidingWindow);
        let limiter = self::limiter(config.wait(LONG));
        let start = Instant::now();
        limiter.acquire(limit - 1).await.expect("the window");
        advance(SECOND / 2).await;
        limiter.acquire(1).await.expect("the window");
        limiter.acquire(limit - 1).await.expect("in line");
        let waited = start.elapsed().as_millis();
        assert!((1_000..=1_000 + late).contains(&waited), "{waited}");
        assert!(limiter.try_acquire(1).is_err());
        limiter.acquire(1).await.expect("in line");
        assert!((1_500..=1_500 + late).contains(&start.elapsed().as_millis()));
    }
}

fn keyed() -> KeyedLimiters {
    KeyedLimiters::new(
        "service".into(),
        RateConfig::new().limit(1.0).burst(2).keyed(true).settings(),
    )
}

#[tokio::test(start_paused = true)]
async fn each_key_has_a_bucket_of_its_own() {
    let limiters = keyed();
    for key in ["a", "b", ""] {
        limiters.get(key).try_acquire(2).expect("full");
        assert!(limiters.get(key).try_acquire(1).is_err());
    }
    assert_eq!(limiters.snapshot().counts.admitted.total(), 6);
}

#[tokio::test(start_paused = true)]
async fn idle_keys_are_forgotten_and_busy_ones_are_not() {
    let limiters = keyed();
    limiters.get("held by a call");
    let held = limiters.get("held");
    for round in 0..100 {
        let there = if round == 0 { 2 } else { 1 };
        limiters.get("busy").try_acquire(there).expect("two, and one a second");
        for number in 0..1_000 {
            limiters.get(&format!("{round} {number}")).try_acquire(1).expect("full");
        }
        assert!(limiters.get("busy").try_acquire(1).is_err(), "the same limiter");
        advance(SECOND).await;
    }
    assert!(limiters.len() < 10_000, "{}", limiters.len());
    held.try_acquire(2).expect("full");
    assert!(limiters.get("held").try_acquire(1).is_err(), "the same limiter");
}

#[tokio::test(start_paused = true)]
#[ignore = "takes ten seconds; scripts/test runs it once"]
async fn a_million_keys_are_the_most_and_few_bytes_each() {
    // A name, the word, and their place in the map.
    assert!(size_of::<Inner>() <= 48, "{}", size_of::<Inner>());
    let limiters = keyed();
    for number in 0..=(MOST_KEYS + MOST_KEYS / 4) {
        limiters.get(&number.to_string()).try_acquire(1).expect("full");
    }
    assert!(limiters.len() <= MOST_KEYS, "{}", limiters.len());
    advance(SECOND).await;
    for number in 0..MOST_KEYS / 4 {
        limiters.get(&format!("new {number}"));
    }
    assert!(limiters.len() < MOST_KEYS / 2, "{}", limiters.len());
}

#[tokio::test(start_paused = true)]
async fn a_key_whose_rate_has_recovered_is_forgotten_like_any_other() {
    let config = RateConfig::new().limit(10.0).adaptive(RateAdaptation::Aimd).keyed(true);
    let limiters = KeyedLimiters::new("service".into(), config.settings());
    for number in 0..2_000 {
        limiters.get(&number.to_string()).sample(Sample::Throttled, Moment::now());
    }
    assert_eq!(limiters.len(), 2_000);
    for _ in 0..10 {
        advance(SECOND).await;
        let answer = Sample::Answer(SECOND);
        (0..2_000)
            .for_each(|number| limiters.get(&number.to_string()).sample(answer, Moment::now()));
    }
    for number in 0..4_000 {
        limiters.get(&format!("new {number}"));
    }
    assert!(limiters.len() < 4_000, "{}", limiters.len());
}

struct Nothing;

impl Wake for Nothing {
    fn wake(self: Arc<Self>) {}
}

#[tokio::test(start_paused = true)]
async fn wakers_are_dropped_with_their_waiters() {
    let limiter = slow();
    limiter.try_acquire(1).expect("the first token is there");
    let nothing = Arc::new(Nothing);
    let waker = Waker::from(Arc::clone(&nothing));
    let mut waits = Box::pin(limiter.acquire(1));
    assert!(waits.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop((waits, waker));
    assert_eq!(Arc::strong_count(&nothing), 1);
    assert_eq!(limiter.snapshot().waiting, 0);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_not_put_back_into_a_bucket_that_ran_over_meanwhile() {
    let limiter = limiter(RateConfig::new().limit(1.0).burst(2));
    let early = Moment::now();
    let lent = limiter.spare(1, Priority::Normal, early).expect("full");
    advance(LONG).await;
    let now = Moment::now();
    // One that is never put back tells of itself all the same.
    assert!(limiter.take_one(Priority::Normal, now));
    limiter.give_back(lent, Priority::Normal, now);
    assert!(limiter.take_one(Priority::Normal, now));
    assert!(!limiter.take_one(Priority::Normal, now), "a third token");
}
