//! The rate limiter.

mod bucket;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use resilient_policy::RateSettings;
use tokio::{sync::Semaphore, time::error::Elapsed};

use self::bucket::Bucket;
use crate::clock::Moment;

/// What a rate limiter is at, at one moment.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct RateSnapshot {
    /// Requests that may leave in each `per`.
    pub limit: f64,
    /// The time that `limit` is counted over; in seconds where it is serialized.
    #[serde(serialize_with = "crate::seconds::serialize")]
    pub per: Duration,
    /// Requests that may leave at once after a quiet time.
    pub burst: u32,
    /// Tokens that are there now.
    pub available: u32,
    /// Calls that wait for theirs.
    pub waiting: u32,
    /// How long a call that came now would wait; in seconds where it is serialized.
    #[serde(serialize_with = "crate::seconds::serialize")]
    pub next_slot: Duration,
}

/// A token bucket whose waiters are served in the order of their coming.
///
/// Each waiter has a slot: the time of the next token, plus one interval for each waiter before it. One whose slot lies
/// past its deadline is turned away at once. Only the first in line has a timer; the others sleep in a fair queue, and
/// one that is dropped just leaves it, so that everybody behind moves up.
pub(crate) struct RateLimiter(Arc<Inner>);

struct Inner {
    settings: RateSettings,
    line: Mutex<Line>,
    /// Held by the first in line. Its queue is the line: fair, and one that is dropped leaves it.
    first: Semaphore,
}

#[derive(Debug)]
struct Line {
    bucket: Bucket,
    waiting: u32,
}

impl Clone for RateLimiter {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl RateLimiter {
    pub(crate) fn new(settings: RateSettings) -> Self {
        let line = Mutex::new(Line { bucket: Bucket::new(&settings), waiting: 0 });
        Self(Arc::new(Inner { settings, line, first: Semaphore::new(1) }))
    }

    pub(crate) fn settings(&self) -> &RateSettings {
        &self.0.settings
    }

    pub(crate) fn snapshot(&self) -> RateSnapshot {
        let now = Moment::now();
        let settings = &self.0.settings;
        let mut line = self.0.lock();
        let waiting = line.waiting;
        RateSnapshot {
            limit: settings.limit,
            per: settings.per,
            burst: settings.burst,
            available: if waiting == 0 { line.bucket.available(now) } else { 0 },
            waiting,
            next_slot: line.bucket.wait_behind(waiting, now),
        }
    }

    /// Puts a token back that was taken and not used.
    pub(crate) fn give_back(&self) {
        self.0.lock().bucket.give_back();
    }

    /// Lets nobody through for so long, because the service asked for that.
    pub(crate) fn pause(&self, length: Duration, now: Moment) {
        self.0.lock().bucket.pause(length, now);
    }

    /// Takes a token if one is there and nobody waits; never waits itself.
    pub(crate) fn spare(&self, now: Moment) -> bool {
        let mut line = self.0.lock();
        line.waiting == 0 && line.bucket.take(now).is_ok()
    }

    /// Takes a token if one is there and nobody waits, gets in line if the slot is early enough, or says how long the
    /// slot is away.
    pub(crate) fn ask(&self, now: Moment, deadline: Option<Moment>) -> Result<Token<'_>, Duration> {
        let mut line = self.0.lock();
        if line.waiting == 0 && line.bucket.take(now).is_ok() {
            return Ok(Token::Taken);
        }
        let waiting = line.waiting;
        let wait = line.bucket.wait_behind(waiting, now);
        if wait > self.0.settings.wait || deadline.is_some_and(|deadline| now + wait >= deadline) {
            return Err(wait);
        }
        line.waiting += 1;
        Ok(Token::Slot { wait, place: Place { limiter: &self.0, left: false } })
    }
}

/// What a call gets that asked for a token.
pub(crate) enum Token<'a> {
    /// The token.
    Taken,
    /// A place in line; the token comes after about `wait`.
    Slot { wait: Duration, place: Place<'a> },
}

/// A place in line. Dropped, it is left, and everybody behind moves up.
pub(crate) struct Place<'a> {
    limiter: &'a Inner,
    /// Whether the token was taken, and the place with it.
    left: bool,
}

impl Place<'_> {
    /// Waits for the token; for no longer than until `latest`, should the slot have moved behind others that came at
    /// the same time.
    pub(crate) async fn token(mut self, latest: Moment) -> Result<(), Elapsed> {
        tokio::time::timeout_at(latest.instant(), self.wait()).await
    }

    async fn wait(&mut self) {
        // The semaphore is never closed; if it were, a token would still be waited for below.
        let _first = self.limiter.first.acquire().await;
        loop {
            let now = Moment::now();
            let wait = {
                let mut line = self.limiter.lock();
                match line.bucket.take(now) {
                    Ok(()) => {
                        line.waiting -= 1;
                        self.left = true;
                        return;
                    }
                    Err(wait) => wait,
                }
            };
            tokio::time::sleep_until((now + wait).instant()).await;
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.left {
            self.limiter.lock().waiting -= 1;
        }
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for RateLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RateLimiter").field(&self.snapshot()).finish()
    }
}

#[cfg(test)]
mod tests {
    use resilient_policy::RateConfig;
    use tokio::time::Instant;

    use super::*;

    async fn acquire(limiter: &RateLimiter) -> Result<(), Duration> {
        if let Token::Slot { place, .. } = limiter.ask(Moment::now(), None)? {
            place.token(Moment::now() + limiter.settings().wait).await.expect("in time");
        }
        Ok(())
    }

    fn limiter(config: RateConfig) -> RateLimiter {
        RateLimiter::new(config.settings())
    }

    #[tokio::test(start_paused = true)]
    async fn waiters_are_served_in_order_each_at_its_slot() {
        let limiter =
            limiter(RateConfig::new().limit(1.0).burst(1).wait(Duration::from_secs(1_000)));
        let start = Instant::now();
        let served = Arc::new(Mutex::new(Vec::new()));
        let tasks: Vec<_> = (0..100)
            .map(|number| {
                let (limiter, served) = (limiter.clone(), Arc::clone(&served));
                tokio::spawn(async move {
                    acquire(&limiter).await.expect("in time");
                    served.lock().expect("no panic").push((number, start.elapsed().as_secs()));
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("no panic");
        }
        let expected: Vec<_> = (0..100).map(|number| (number, number)).collect();
        assert_eq!(*served.lock().expect("no panic"), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_waiters_slot_goes_to_the_next() {
        let limiter =
            limiter(RateConfig::new().limit(1.0).burst(1).wait(Duration::from_secs(1_000)));
        let start = Instant::now();
        acquire(&limiter).await.expect("the first token is there");
        let tasks: Vec<_> = (0..10)
            .map(|_| {
                let limiter = limiter.clone();
                tokio::spawn(async move {
                    acquire(&limiter).await.expect("in time");
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
    }

    #[tokio::test(start_paused = true)]
    async fn a_slot_past_the_wait_or_the_deadline_is_refused_at_once_and_costs_nothing() {
        let limiter = limiter(RateConfig::new().limit(0.5).burst(1).wait(Duration::from_secs(3)));
        acquire(&limiter).await.expect("the first token is there");
        let now = Moment::now();
        assert!(
            matches!(limiter.ask(now, Some(now + Duration::from_secs(1))), Err(wait) if wait.as_secs() == 2)
        );
        let place = limiter.ask(now, None);
        assert!(matches!(place, Ok(Token::Slot { wait, .. }) if wait.as_secs() == 2));
        assert!(matches!(limiter.ask(now, None), Err(wait) if wait.as_secs() == 4));
        drop(place);
        assert_eq!(limiter.snapshot().next_slot, Duration::from_secs(2));
    }
}
