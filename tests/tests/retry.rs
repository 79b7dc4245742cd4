//! Retry in all its ways, as a caller sees it: how often the method is called, when, and what is told of it.

#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "predicates take a reference, as the attribute asks"
)]

use std::{sync::Mutex, time::Duration};

use resilient_runtime::{Rejection, Retrying, resilient};
use resilient_tests::{
    api, books, decorated,
    double::{Act, Double, Fault},
};
use tokio::time::Instant;

const DOWN: Act = Act::Fail(Fault::Down);

const fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// When each attempt of a call that always fails began, in seconds.
macro_rules! schedule {
    ($name:ident, [$($attribute:tt)*], $expected:expr) => {
        mod $name {
            use super::*;

            #[resilient(retry($($attribute)*))]
            trait Api {
                async fn get(&self) -> Result<u32, Fault>;
            }

            struct Clocked(Instant, Mutex<Vec<u64>>);

            impl Api for Clocked {
                async fn get(&self) -> Result<u32, Fault> {
                    self.1.lock().expect("no panic").push(self.0.elapsed().as_secs());
                    Err(Fault::Down)
                }
            }

            #[tokio::test(start_paused = true)]
            async fn attempts_come_when_they_should() {
                let api = decorated!(std::sync::Arc::new(Clocked(Instant::now(), Mutex::default())));
                assert_eq!(api.get().await, Err(Fault::Down));
                assert_eq!(*api.inner().1.lock().expect("no panic"), $expected);
            }

            impl<T: Api + Sync + Send> Api for std::sync::Arc<T> {
                async fn get(&self) -> Result<u32, Fault> {
                    (**self).get().await
                }
            }
        }
    };
}

fn in_steps(attempt: u32) -> Duration {
    if attempt == 2 { secs(100) } else { secs(7) }
}

schedule!(exponential, [max = 5, base = "1s", backoff = 3.0, jitter = none], [0, 1, 4, 13, 40]);
schedule!(fixed, [max = 4, base = "2s", backoff = fixed, jitter = none], [0, 2, 4, 6]);
schedule!(linear, [max = 5, base = "1s", backoff = linear, jitter = none], [0, 1, 3, 6, 10]);
schedule!(
    fibonacci,
    [max = 7, base = "1s", backoff = fibonacci, jitter = none],
    [0, 1, 2, 4, 7, 12, 20]
);
schedule!(
    capped,
    [max = 5, base = "1s", backoff = 3.0, jitter = none, max_delay = "5s"],
    [0, 1, 4, 9, 14]
);
schedule!(custom, [max = 4, backoff = in_steps, jitter = none], [0, 7, 67, 74]);
schedule!(
    within,
    [max = 9, base = "1s", backoff = 2.0, jitter = none, within = "7s"],
    [0, 1, 3, 7]
);

mod adaptive {
    use super::*;

    api!(retry(max = 2, base = "1s", backoff = adaptive, jitter = none));

    #[tokio::test(start_paused = true)]
    async fn delays_stretch_as_fewer_attempts_succeed_and_relax_again() {
        let script = vec![DOWN; 40].into_iter().chain(vec![Act::Answer; 200]).chain([DOWN]);
        let api = decorated!(Double::playing(script));
        let mut delays = Vec::new();
        for _ in 0..20 {
            let start = Instant::now();
            assert!(api.get().await.is_err());
            delays.push(start.elapsed());
        }
        assert!(delays.is_sorted(), "{delays:?}");
        assert!(delays[0] < Duration::from_millis(1_100), "{delays:?}");
        assert_eq!(delays[19], secs(8), "eight times, and no more");
        for _ in 0..200 {
            assert!(api.get().await.is_ok());
        }
        let start = Instant::now();
        assert!(api.get().await.is_ok());
        assert!(start.elapsed() < Duration::from_millis(1_100));
    }
}

mod rules {
    use super::*;

    fn is_three(value: &u32) -> bool {
        *value == 3
    }

    static TOLD: Mutex<Vec<(u32, Option<Fault>)>> = Mutex::new(Vec::new());

    fn tell(retrying: &Retrying<'_, Fault>) {
        assert_eq!((&**retrying.service, &**retrying.method), ("api", "get"));
        assert_eq!(retrying.delay, secs(1));
        TOLD.lock().expect("no panic").push((retrying.attempt, retrying.error.cloned()));
    }

    api!(retry(
        max = 4,
        base = "1s",
        backoff = fixed,
        jitter = none,
        on = Fault::Wrong,
        when = is_down,
        except = Fault::Busy(_),
        retry_if = is_three,
        hook = tell
    ));

    fn is_down(fault: &Fault) -> bool {
        *fault == Fault::Down
    }

    #[tokio::test(start_paused = true)]
    async fn patterns_predicates_and_values_decide_and_the_hook_is_told_of_each() {
        let busy = || Act::Fail(Fault::Busy(secs(1)));
        let double =
            Double::playing([Act::Fail(Fault::Wrong), DOWN, Act::Answer, Act::Answer, busy()]);
        let api = decorated!(double);
        assert_eq!(api.get().await, Ok(4), "3 was not ready");
        assert_eq!(api.get().await, Err(Fault::Busy(secs(1))), "excepted");
        assert_eq!(double.calls(), 5);
        let told = [(2, Some(Fault::Wrong)), (3, Some(Fault::Down)), (4, None)];
        assert_eq!(*TOLD.lock().expect("no panic"), told);
        let books = books!(api);
        assert_eq!((books.retries, books.retry.succeeded, books.ignored), (3, 1, 1));
        assert_eq!(books.retry.gave_up.get("not_retryable"), Some(&1));
        assert_eq!((books.retry.delays.count, books.retry.delays.max), (3, secs(1)));
    }
}

mod not_ready {
    use super::*;

    fn always(_: &u32) -> bool {
        true
    }

    api!(retry(max = 3, base = "1s", retry_if = always), cache = "5m", fallback(value = 99));

    #[tokio::test(start_paused = true)]
    async fn a_value_that_never_gets_ready_is_given_as_it_is_and_not_kept() {
        let double = Double::default();
        let api = decorated!(double);
        assert_eq!(api.get().await, Ok(3));
        assert_eq!(api.get().await, Ok(6));
        let books = books!(api);
        assert_eq!((books.successes, books.fallbacks, books.memory_hits), (2, 0, 0));
    }
}

mod not_idempotent {
    use super::*;

    api!(retry(max = 3, base = "1s", idempotent = false), timeout = "1s");

    #[tokio::test(start_paused = true)]
    async fn what_may_have_reached_the_service_is_not_repeated() {
        let double = Double::playing([DOWN, Act::Hang, Act::Fail(Fault::Busy(secs(1)))]);
        let api = decorated!(double);
        assert_eq!(api.get().await, Err(Fault::Down));
        assert!(matches!(api.get().await, Err(Fault::Rejected(Rejection::TimedOut { .. }))));
        assert!(matches!(api.get().await, Err(Fault::Busy(_))));
        assert_eq!(double.calls(), 3);
        assert_eq!(books!(api).retry.gave_up.get("not_idempotent"), Some(&3));
    }
}

mod unsent {
    use super::*;
    use resilient_runtime::Registry;
    use std::{
        io,
        sync::atomic::{AtomicU32, Ordering},
    };

    #[resilient(retry(max = 3, base = "1s", idempotent = false))]
    trait Payments {
        async fn pay(&self) -> io::Result<u32>;
    }

    impl Payments for AtomicU32 {
        async fn pay(&self) -> io::Result<u32> {
            match self.fetch_add(1, Ordering::SeqCst) {
                0 => Err(io::ErrorKind::ConnectionRefused.into()),
                1 => Err(io::ErrorKind::ConnectionReset.into()),
                _ => Ok(1),
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_certainly_was_not_sent_is_repeated() {
        let payments = ResilientPayments::with_registry(AtomicU32::new(0), &Registry::new());
        let error = payments.pay().await.expect_err("the second attempt may have paid");
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        assert_eq!(payments.inner().load(Ordering::SeqCst), 2);
    }
}

mod budget {
    use super::*;

    api!(retry(max = 3, base = "0s"));

    #[tokio::test(start_paused = true)]
    async fn a_dead_service_sees_a_fifth_more_and_not_three_times_the_traffic() {
        let double = Double::failing(usize::from(u16::MAX));
        let api = decorated!(double);
        let calls = 10_000;
        for _ in 0..calls {
            assert!(api.get().await.is_err());
        }
        let floor = 100;
        assert_eq!(double.calls(), calls + calls / 5 + floor);
        let books = books!(api);
        assert!(books.retry.gave_up.get("budget").is_some_and(|times| *times > 7_000));
        let budget = api.service().snapshot().budget.expect("on by default");
        assert_eq!((budget.balance, budget.calls), (0, u64::from(calls)));
    }
}

mod shared_patience {
    use super::*;

    #[resilient(retry(max = 2, base = "1s", jitter = none, max_delay = "20s"), rate(limit = 100.0, wait = "30s"))]
    trait Api {
        async fn one(&self) -> Result<u32, Fault>;
        #[resilient(retry = off)]
        async fn other(&self) -> Result<u32, Fault>;
    }

    impl Api for Double {
        async fn one(&self) -> Result<u32, Fault> {
            self.answer().await
        }
        async fn other(&self) -> Result<u32, Fault> {
            self.answer().await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_retry_after_on_one_call_pauses_all_calls_of_the_service() {
        let double = Double::playing([Act::Fail(Fault::Busy(secs(10)))]);
        let api = decorated!(double);
        let start = Instant::now();
        let (first, second) = tokio::join!(api.one(), async {
            tokio::task::yield_now().await;
            let answer = api.other().await;
            (answer, start.elapsed())
        });
        assert!(first.is_ok() && second.0.is_ok());
        assert!(second.1 >= secs(10), "{second:?}");
        assert_eq!(api.service().snapshot().rate.expect("declared").waiting, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_held_under_the_longest_delay() {
        let double = Double::playing([Act::Fail(Fault::Busy(secs(3_600)))]);
        let api = decorated!(double);
        let start = Instant::now();
        assert!(api.one().await.is_ok());
        assert_eq!(start.elapsed(), secs(20));
    }
}
