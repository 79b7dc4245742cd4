//! Hedges: when a second request is sent, which answer wins, and what it costs.

use std::{
    future::poll_fn,
    mem::take,
    sync::atomic::{AtomicU32, Ordering},
    task::Poll,
    time::Duration,
};

use resilient_runtime::{HedgeSnapshot, Provenance, Registry, Rejection, State, resilient, traced};
use resilient_tests::{
    api, books, decorated,
    double::{Act, Double, Fault},
};
use tokio::time::Instant;

const DOWN: Act = Act::Fail(Fault::Down);

const fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn hedges(hedge: HedgeSnapshot) -> (u64, u64, u64) {
    (hedge.sent, hedge.won, hedge.cancelled)
}

mod one_more {
    use super::*;

    api!(hedge = "100ms", breaker(threshold = 3), timeout = "2s");

    #[tokio::test(start_paused = true)]
    async fn a_fast_answer_needs_no_hedge() {
        let double = Double::playing([Act::Slow(millis(99))]);
        let api = decorated!(double);
        assert_eq!(api.get().await, Ok(1));
        assert_eq!((double.calls(), hedges(books!(api).hedge)), (1, (0, 0, 0)));
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_good_answer_wins_and_the_other_request_is_cancelled() {
        let double = Double::playing([Act::Hang, Act::Slow(millis(50))]);
        let api = decorated!(double);
        let start = Instant::now();
        let (answer, provenance) = traced(api.get()).await;
        assert_eq!((answer, start.elapsed()), (Ok(2), millis(150)));
        assert!(matches!(provenance, Provenance::Live { attempts: 2, .. }), "{provenance:?}");
        let books = books!(api);
        assert_eq!((books.calls, books.attempts, hedges(books.hedge)), (1, 2, (1, 1, 1)));
        let breaker = api.service().breaker().expect("declared").snapshot();
        assert_eq!((breaker.state, breaker.consecutive_failures), (State::Closed, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_request_may_still_win() {
        let double = Double::playing([Act::Slow(millis(120)), Act::Hang]);
        let api = decorated!(double);
        assert_eq!(api.get().await, Ok(1));
        assert_eq!((double.calls(), hedges(books!(api).hedge)), (2, (1, 0, 1)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_fast_error_starts_the_hedge_at_once() {
        let double = Double::playing([DOWN, Act::Answer]);
        let api = decorated!(double);
        let start = Instant::now();
        assert_eq!(api.get().await, Ok(2));
        assert_eq!((double.calls(), start.elapsed()), (2, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_that_another_request_would_bring_too_or_that_asks_for_patience_starts_none() {
        for fault in [Fault::Wrong, Fault::Busy(millis(1))] {
            let double = Double::playing([Act::Fail(fault.clone())]);
            let api = decorated!(double);
            assert_eq!(api.get().await, Err(fault));
            assert_eq!(double.calls(), 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_fast_error_of_the_hedge_does_not_beat_a_pending_success() {
        let double = Double::playing([Act::Slow(millis(500)), DOWN]);
        let api = decorated!(double);
        let start = Instant::now();
        assert_eq!(api.get().await, Ok(1));
        assert_eq!(start.elapsed(), millis(500));
        let books = books!(api);
        assert_eq!((books.successes, books.failures), (1, 0), "the call ended well");
    }

    #[tokio::test(start_paused = true)]
    async fn all_failed_is_the_error_that_came_last_and_each_counts() {
        let double = Double::playing([DOWN, Act::Fail(Fault::Wrong), DOWN, DOWN]);
        let api = decorated!(double);
        assert_eq!(api.get().await, Err(Fault::Wrong));
        assert_eq!(api.get().await, Err(Fault::Down));
        assert_eq!(double.calls(), 4);
        let breaker = api.service().breaker().expect("declared").snapshot();
        assert_eq!(breaker.state, State::Open, "three of the four requests were failures");
    }

    #[tokio::test(start_paused = true)]
    async fn the_attempts_time_is_for_all_its_requests() {
        let double = Double::playing([Act::Hang, Act::Hang]);
        let api = decorated!(double);
        let start = Instant::now();
        let Err(Fault::Rejected(Rejection::TimedOut { limit, .. })) = api.get().await else {
            panic!("in time")
        };
        assert_eq!((limit, start.elapsed(), double.calls()), (millis(2_000), millis(2_000), 2));
    }

    #[tokio::test(start_paused = true)]
    async fn none_is_sent_while_the_breaker_probes() {
        let double = Double::playing([DOWN, DOWN, DOWN, Act::Slow(millis(300))]);
        let api = decorated!(double);
        let _ = (api.get().await, api.get().await);
        assert_eq!(
            double.calls(),
            3,
            "the third failure opened it, and the last hedge was kept back"
        );
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(api.get().await, Ok(4));
        assert_eq!(double.calls(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn a_race_dropped_after_one_request_failed_is_cancelled_and_not_failed() {
        let double = Double::playing([DOWN, Act::Hang]);
        let api = decorated!(double);
        assert!(tokio::time::timeout(millis(150), api.get()).await.is_err());
        let books = books!(api);
        assert_eq!((books.cancelled, books.failures), (1, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_race_leaves_nothing_behind() {
        let double = Double::playing([Act::Hang, Act::Hang]);
        let api = decorated!(double);
        assert!(tokio::time::timeout(millis(150), api.get()).await.is_err());
        assert_eq!(double.calls(), 2);
        let books = books!(api);
        assert_eq!((books.calls, books.cancelled), (1, 1));
        let breaker = api.service().breaker().expect("declared").snapshot();
        assert_eq!(breaker.consecutive_failures, 0);
    }
}

mod more {
    use super::*;

    api!(hedge(after = "100ms", max = 2), retry(max = 2, base = "1s", jitter = none));

    #[tokio::test(start_paused = true)]
    async fn each_hedge_waits_for_the_one_before_and_a_retry_races_anew() {
        let double = Double::playing([Act::Hang, Act::Hang, Act::Slow(millis(10))]);
        let api = decorated!(double);
        let start = Instant::now();
        assert_eq!(api.get().await, Ok(3));
        assert_eq!(start.elapsed(), millis(210));

        let double = Double::playing([DOWN, DOWN, DOWN, Act::Slow(millis(50))]);
        let api = decorated!(double);
        let start = Instant::now();
        assert_eq!(api.get().await, Ok(4), "the second attempt");
        assert_eq!(start.elapsed(), millis(1_050));
    }
}

mod within_the_limits {
    use super::*;

    api!(hedge = "100ms", rate(limit = 1.0, burst = 2, wait = "10s"));

    #[tokio::test(start_paused = true)]
    async fn a_hedge_costs_a_token_and_is_not_sent_without_one() {
        let slow = Act::Slow(millis(500));
        let double = Double::playing([slow.clone(), Act::Hang, slow]);
        let api = decorated!(double);
        assert_eq!(api.get().await, Ok(1));
        assert_eq!(double.calls(), 2);
        assert_eq!(api.service().snapshot().rate.expect("declared").available, 0);
        assert_eq!(api.get().await, Ok(3));
        assert_eq!(double.calls(), 3, "no token was spare");
    }
}

mod within_the_budget {
    use super::*;

    api!(hedge(after = "10ms", budget = 0.1));

    #[tokio::test(start_paused = true)]
    async fn hedges_stay_within_the_budget() {
        let double = Double::playing(vec![Act::Slow(millis(20)); 20_000]);
        let api = decorated!(double);
        let calls: Vec<_> = (0..2_000)
            .map(|_| {
                let api = api.clone();
                tokio::spawn(async move { api.get().await })
            })
            .collect();
        for call in calls {
            assert!(call.await.expect("no panic").is_ok());
        }
        assert_eq!(books!(api).hedge.sent, 2_000 / 10 + 100);
    }
}

mod counted_by_the_breaker {
    use super::*;

    api!(hedge = "100ms", breaker(threshold = 0.5, window = 10, slow = "120ms", min_calls = 1));

    /// It was not answered, so it is no success, and how long it was out says nothing of an answer.
    #[tokio::test(start_paused = true)]
    async fn a_request_that_a_hedge_beat_counts_as_nothing() {
        let double = Double::playing([Act::Hang, Act::Slow(millis(50))]);
        let api = decorated!(double);
        assert_eq!(api.get().await, Ok(2));
        assert_eq!(hedges(books!(api).hedge), (1, 1, 1));
        let breaker = api.service().breaker().expect("declared").snapshot();
        let window = breaker.window.expect("counts a rate");
        assert_eq!((window.calls, window.slow), (1, 0));
    }
}

mod by_percentile {
    use super::*;

    mod exponential {
        use super::*;

        api!(hedge(after = p95, budget = off));

        #[tokio::test(start_paused = true)]
        async fn the_percentile_does_not_sink_with_the_hedges_that_it_causes() {
            // The quantiles of an exponential distribution, in an order that looks like none.
            let quantile =
                |number: u32| f64::from(number * 7_919 % 10_007).mul_add(1.0 / 10_007.0, 1e-6);
            let takes = |number| Duration::from_secs_f64(-0.1 * quantile(number).ln());
            let double = Double::playing((1..10_000).map(|number| Act::Slow(takes(number))));
            let api = decorated!(double);
            for _ in 0..4_000 {
                assert!(api.get().await.is_ok());
            }
            let sent = books!(api).hedge.sent;
            assert!((4_000 * 4 / 100..=4_000 * 6 / 100).contains(&sent), "{sent} of 4000 at p95");
        }
    }

    api!(hedge = p90);

    #[tokio::test(start_paused = true)]
    async fn none_is_sent_before_the_latencies_are_known() {
        let slow = vec![Act::Slow(millis(100)); 20];
        let double = Double::playing(slow.into_iter().chain([Act::Slow(millis(900)), Act::Answer]));
        let api = decorated!(double);
        for _ in 0..20 {
            assert!(api.get().await.is_ok());
        }
        assert_eq!(books!(api).hedge.sent, 0);
        let start = Instant::now();
        assert_eq!(api.get().await, Ok(22));
        assert!((millis(100)..millis(110)).contains(&start.elapsed()), "{:?}", start.elapsed());
    }
}

/// The soak found one that was counted, had cost a token, and was dropped before it was polled.
#[tokio::test(start_paused = true)]
async fn a_hedge_that_is_counted_has_left_although_the_first_request_ends_in_that_moment() {
    #[resilient(hedge = "100ms", timeout = "2s")]
    trait Pair {
        fn get(&self) -> impl Future<Output = Result<u32, Fault>> + Send;
    }

    #[derive(Default)]
    struct Service {
        made: AtomicU32,
        left: AtomicU32,
    }

    impl Pair for Service {
        fn get(&self) -> impl Future<Output = Result<u32, Fault>> + Send {
            let number = self.made.fetch_add(1, Ordering::SeqCst) + 1;
            let mut new = true;
            poll_fn(move |_| {
                self.left.fetch_add(u32::from(take(&mut new)), Ordering::SeqCst);
                let answered = number == 1 && self.made.load(Ordering::SeqCst) == 2;
                if answered { Poll::Ready(Ok(number)) } else { Poll::Pending }
            })
        }
    }

    let api = ResilientPair::with_registry(Service::default(), &Registry::new());
    assert_eq!(api.get().await, Ok(1));
    let books = books!(api);
    assert_eq!((books.attempts, hedges(books.hedge)), (2, (1, 0, 1)));
    assert_eq!(api.inner().left.load(Ordering::SeqCst), 2);
}
