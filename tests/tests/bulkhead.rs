//! The bulkhead around calls: who gets in, who waits, who is turned away and why.

use std::time::Duration;

use resilient_runtime::{BulkheadFullReason, BulkheadSnapshot, Rejection, Service};
use resilient_tests::{
    api, books, decorated,
    double::{Act, Double, Fault},
};
use tokio::{task::yield_now, time::Instant};

const fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn bulkhead(service: &Service) -> BulkheadSnapshot {
    service.snapshot().bulkhead.expect("declared")
}

fn reason(answer: Result<u32, Fault>) -> BulkheadFullReason {
    match answer {
        Err(Fault::Rejected(Rejection::BulkheadFull { reason, .. })) => reason,
        other => panic!("let through: {other:?}"),
    }
}

mod without_a_line {
    use super::*;

    api!(bulkhead = 2);

    #[tokio::test(start_paused = true)]
    async fn admits_so_many_and_turns_the_next_away_at_once() {
        let double = Double::playing([Act::Slow(secs(1)), Act::Slow(secs(1))]);
        let api = decorated!(double);
        let start = Instant::now();
        let (first, second, third) = tokio::join!(api.get(), api.get(), async {
            let answer = api.get().await;
            (answer, start.elapsed())
        });
        assert!(first.is_ok() && second.is_ok());
        assert_eq!((reason(third.0), third.1), (BulkheadFullReason::Busy, Duration::ZERO));
        assert_eq!(double.calls(), 2, "a rejected call never reaches the method");
        assert_eq!(books!(api).rejected.bulkhead_full, 1);
        let bulkhead = bulkhead(api.service());
        assert_eq!((bulkhead.active, bulkhead.available, bulkhead.rejected.busy), (0, 2, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn the_place_of_a_dropped_call_is_free_at_once() {
        let double = Double::playing([Act::Hang, Act::Hang]);
        let api = decorated!(double);
        let hang = || {
            tokio::spawn({
                let api = api.clone();
                async move { api.get().await }
            })
        };
        let (first, second) = (hang(), hang());
        yield_now().await;
        assert_eq!(bulkhead(api.service()).active, 2);
        first.abort();
        yield_now().await;
        assert_eq!(api.get().await, Ok(3));
        second.abort();
    }
}

mod with_a_line {
    use super::*;

    api!(bulkhead(max = 1, wait = "3s", queue = 2), timeout(call = "10s"));

    #[tokio::test(start_paused = true)]
    async fn calls_wait_in_order_for_so_long_and_no_longer() {
        let double = Double::playing([Act::Slow(secs(2)), Act::Slow(secs(2))]);
        let api = decorated!(double);
        let start = Instant::now();
        let timed = async || (api.get().await, start.elapsed());
        let (first, second, third, fourth) = tokio::join!(timed(), timed(), timed(), timed());
        assert_eq!(first, (Ok(1), secs(2)));
        assert_eq!(second, (Ok(2), secs(4)), "the first in line came in when the place was free");
        assert_eq!((reason(third.0), third.1), (BulkheadFullReason::WaitOver, secs(3)));
        assert_eq!((reason(fourth.0), fourth.1), (BulkheadFullReason::QueueFull, Duration::ZERO));
        let bulkhead = bulkhead(api.service());
        assert_eq!((bulkhead.waited, bulkhead.queued), (2, 0));
        assert_eq!((bulkhead.rejected.wait_over, bulkhead.rejected.queue_full), (1, 1));
    }
}

mod with_a_deadline {
    use super::*;

    api!(bulkhead(max = 1, wait = "1m"), timeout(call = "3s"), breaker(threshold = 1));

    #[tokio::test(start_paused = true)]
    async fn a_deadline_that_passes_in_the_line_is_not_the_services_failure() {
        let double = Double::playing([Act::Hang]);
        let api = decorated!(double);
        let first = tokio::spawn({
            let api = api.clone();
            async move { api.get().await }
        });
        yield_now().await;
        tokio::time::advance(secs(1)).await;
        let start = Instant::now();
        let waited = tokio::time::timeout(secs(2), api.get()).await;
        assert!(waited.is_err(), "the first one holds the place until its own time is over");
        first.await.expect("no panic").expect_err("timed out");
        assert_eq!(start.elapsed(), secs(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_without_time_left_is_told_so() {
        let double = Double::playing([Act::Slow(secs(2))]);
        let api = decorated!(double);
        let (first, second) = tokio::join!(api.get(), async {
            let outer = resilient_runtime::TimeoutConfig::new().call(secs(1));
            let registry = resilient_runtime::Registry::new();
            let outer =
                resilient_runtime::Policy::builder("outer").timeout(outer).registry(&registry);
            outer.build().expect("valid").call(async || api.get().await).await
        });
        assert_eq!(first, Ok(1));
        assert!(second.is_err());
        assert_eq!(double.calls(), 1);
        assert_eq!(api.service().breaker().expect("declared").snapshot().consecutive_failures, 0);
    }
}

mod around_retries {
    use super::*;

    api!(
        bulkhead = 1,
        retry(max = 2, base = "10s", jitter = none),
        fallback = |_failure| async move {
            tokio::time::sleep(secs(60)).await;
            Ok(0)
        }
    );

    #[tokio::test(start_paused = true)]
    async fn a_call_keeps_its_place_over_its_retries_but_not_for_its_fallback() {
        let api = decorated!(Double::failing(2));
        let call = tokio::spawn({
            let api = api.clone();
            async move { api.get().await }
        });
        yield_now().await;
        tokio::time::advance(secs(5)).await;
        assert_eq!(bulkhead(api.service()).active, 1, "it waits for its second attempt");
        tokio::time::advance(secs(5)).await;
        yield_now().await;
        assert_eq!(bulkhead(api.service()).active, 0, "it asks its fallback");
        assert_eq!(call.await.expect("no panic"), Ok(0));
    }
}

mod adaptive {
    use super::*;

    api!(bulkhead(adaptive, min = 2, max = 40, initial = 20));

    /// Answers in 100 ms while at most ten are under way, and in proportion to their number beyond.
    #[derive(Clone, Default)]
    struct Crowded(std::sync::Arc<std::sync::atomic::AtomicU32>);

    impl Api for Crowded {
        async fn get(&self) -> Result<u32, Fault> {
            use std::sync::atomic::Ordering;
            let under_way = self.0.fetch_add(1, Ordering::SeqCst) + 1;
            tokio::time::sleep(Duration::from_millis(100) * under_way.max(10) / 10).await;
            self.0.fetch_sub(1, Ordering::SeqCst);
            Ok(under_way)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_limit_comes_down_to_what_the_service_can_bear() {
        let api = decorated!(Crowded::default());
        let callers: Vec<_> = (0..40)
            .map(|_| {
                let api = api.clone();
                tokio::spawn(async move {
                    let start = Instant::now();
                    while start.elapsed() < secs(180) {
                        if api.get().await.is_err() {
                            tokio::time::sleep(Duration::from_millis(20)).await;
                        }
                    }
                })
            })
            .collect();
        for caller in callers {
            caller.await.expect("no panic");
        }
        let bulkhead = bulkhead(api.service());
        assert!((5..=18).contains(&bulkhead.limit), "{bulkhead:?}");
        assert_eq!(bulkhead.active, 0);
    }
}
