//! Each policy alone: what a caller sees, and how many calls reach the method.

use std::time::Duration;

use resilient_runtime::{CircuitBreaker, Registry, Rejection, State, TimeoutScope, resilient};
use resilient_tests::double::{Act, Double, Fault};
use tokio::time::{Instant, advance};

macro_rules! decorated {
    ($double:expr) => {
        ResilientApi::with_registry(
            $double.clone(),
            &Registry::builder().seed(1).build().expect("valid"),
        )
    };
}

macro_rules! api {
    ($($attribute:tt)*) => {
        #[resilient($($attribute)*)]
        trait Api {
            async fn get(&self) -> Result<u32, Fault>;
        }

        impl Api for Double {
            async fn get(&self) -> Result<u32, Fault> {
                self.answer().await
            }
        }
    };
}

fn state<T>(breaker: Option<&CircuitBreaker>, _: &T) -> State {
    breaker.expect("declared").state()
}

mod breaker {
    use super::*;

    api!(breaker(threshold = 3, recovery = "60s"));

    #[tokio::test(start_paused = true)]
    async fn opens_rejects_probes_and_closes() {
        let double = Double::failing(3);
        let api = decorated!(double);
        for _ in 0..3 {
            assert_eq!(api.get().await, Err(Fault::Down));
        }
        assert_eq!(state(api.service().breaker(), &api), State::Open);
        advance(Duration::from_millis(59_999)).await;
        let Err(Fault::Rejected(rejection)) = api.get().await else { panic!("rejected") };
        assert!(matches!(rejection, Rejection::BreakerOpen { .. }));
        assert_eq!(rejection.service(), &"api");
        assert_eq!(rejection.retry_after(), Some(Duration::from_millis(1)));
        assert_eq!(double.calls(), 3, "a rejected call never reaches the method");
        advance(Duration::from_millis(1)).await;
        assert_eq!(api.get().await, Ok(4), "a call exactly `recovery` after opening is admitted");
        assert_eq!(state(api.service().breaker(), &api), State::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_between_failures_starts_the_count_again() {
        let fail = Act::Fail(Fault::Down);
        let double = Double::playing([fail.clone(), fail.clone(), Act::Answer, fail.clone(), fail]);
        let api = decorated!(double);
        for _ in 0..5 {
            let _ = api.get().await;
        }
        assert_eq!(state(api.service().breaker(), &api), State::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn wrong_requests_and_throttling_do_not_speak_against_the_service() {
        let script = (0..10)
            .map(|_| Act::Fail(Fault::Wrong))
            .chain((0..10).map(|_| Act::Fail(Fault::Busy(Duration::ZERO))));
        let double = Double::playing(script);
        let api = decorated!(double);
        for _ in 0..20 {
            assert!(api.get().await.is_err());
        }
        assert_eq!(state(api.service().breaker(), &api), State::Closed);
        let method = api.service().method("get").expect("declared").snapshot();
        assert_eq!((method.calls, method.ignored, method.failures), (20, 20, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn half_open_admits_one_of_many_and_a_dropped_probe_gives_its_place_back() {
        let double = Double::playing([
            Act::Fail(Fault::Down),
            Act::Fail(Fault::Down),
            Act::Fail(Fault::Down),
            Act::Hang,
        ]);
        let api = decorated!(double);
        for _ in 0..3 {
            let _ = api.get().await;
        }
        advance(Duration::from_secs(60)).await;
        {
            let mut probe = Box::pin(api.get());
            assert!(futures_poll_once(probe.as_mut()).await.is_none());
            for _ in 0..64 {
                assert!(matches!(
                    api.get().await,
                    Err(Fault::Rejected(Rejection::BreakerOpen { .. }))
                ));
            }
            assert_eq!(double.calls(), 4);
        }
        assert_eq!(api.get().await, Ok(5), "the place is free again");
        assert_eq!(api.service().method("get").expect("declared").snapshot().cancelled, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn manual_commands_hold() {
        let double = Double::default();
        let api = decorated!(double);
        let breaker = api.service().breaker().expect("declared");
        breaker.force_open();
        assert!(api.get().await.is_err());
        advance(Duration::from_secs(10_000)).await;
        assert!(api.get().await.is_err());
        assert_eq!(double.calls(), 0);
        api.service().reset();
        assert_eq!(api.get().await, Ok(1));
    }
}

mod retry {
    use super::*;

    api!(retry(max = 3, base = "1s", backoff = 2.0, jitter = none, max_delay = "10s"));

    #[tokio::test(start_paused = true)]
    async fn waits_between_attempts_and_returns_the_last_error() {
        let double = Double::failing(3);
        let api = decorated!(double);
        let start = Instant::now();
        assert_eq!(api.get().await, Err(Fault::Down));
        assert_eq!(double.calls(), 3);
        assert_eq!(start.elapsed(), Duration::from_secs(1 + 2));
    }

    #[tokio::test(start_paused = true)]
    async fn succeeds_on_a_later_attempt() {
        let double = Double::failing(2);
        let api = decorated!(double);
        assert_eq!(api.get().await, Ok(3));
        let method = api.service().method("get").expect("declared").snapshot();
        assert_eq!((method.calls, method.attempts, method.retries, method.successes), (1, 3, 2, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn does_not_repeat_a_wrong_request() {
        let double = Double::playing([Act::Fail(Fault::Wrong)]);
        let api = decorated!(double);
        assert_eq!(api.get().await, Err(Fault::Wrong));
        assert_eq!(double.calls(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn honours_retry_after_up_to_the_longest_delay() {
        let double = Double::playing([
            Act::Fail(Fault::Busy(Duration::from_secs(5))),
            Act::Fail(Fault::Busy(Duration::from_secs(3_600))),
        ]);
        let api = decorated!(double);
        let start = Instant::now();
        assert_eq!(api.get().await, Ok(3));
        assert_eq!(start.elapsed(), Duration::from_secs(5 + 10));
    }
}

mod retry_when {
    use super::*;

    fn is_wrong(error: &Fault) -> bool {
        *error == Fault::Wrong
    }

    api!(retry(max = 2, base = "0s", when = is_wrong));

    #[tokio::test(start_paused = true)]
    async fn the_predicate_decides_alone_and_a_zero_delay_does_not_sleep() {
        let double =
            Double::playing([Act::Fail(Fault::Wrong), Act::Answer, Act::Fail(Fault::Down)]);
        let api = decorated!(double);
        let start = Instant::now();
        assert_eq!(api.get().await, Ok(2));
        assert_eq!(api.get().await, Err(Fault::Down));
        assert_eq!((double.calls(), start.elapsed()), (3, Duration::ZERO));
    }
}

mod rate {
    use super::*;

    api!(rate(limit = 0.5, wait = "5s"));

    #[tokio::test(start_paused = true)]
    async fn calls_wait_for_their_turn_or_are_turned_away_at_once() {
        let double = Double::default();
        let api = decorated!(double);
        let start = Instant::now();
        let calls: Vec<_> = (0..4)
            .map(|_| {
                let api = api.clone();
                tokio::spawn(async move { (api.get().await, start.elapsed().as_secs()) })
            })
            .collect();
        let mut results = Vec::new();
        for call in calls {
            results.push(call.await.expect("no panic"));
        }
        assert_eq!(results[..3], [(Ok(1), 0), (Ok(2), 2), (Ok(3), 4)]);
        let (Err(Fault::Rejected(rejection)), 0) = &results[3] else {
            panic!("rejected at once: {:?}", results[3])
        };
        assert!(matches!(rejection, Rejection::RateLimited { .. }));
        assert_eq!(rejection.retry_after(), Some(Duration::from_secs(6)));
        assert_eq!(double.calls(), 3);
    }
}

mod attempt_timeout {
    use super::*;

    api!(timeout = "2s", breaker(threshold = 1));

    #[tokio::test(start_paused = true)]
    async fn a_hanging_service_times_out_and_trips_the_breaker() {
        let double = Double::playing([Act::Hang]);
        let api = decorated!(double);
        let start = Instant::now();
        let Err(Fault::Rejected(Rejection::TimedOut { limit, scope, .. })) = api.get().await else {
            panic!("timed out")
        };
        assert_eq!((limit, scope), (Duration::from_secs(2), TimeoutScope::Attempt));
        assert_eq!(start.elapsed(), Duration::from_secs(2));
        assert_eq!(state(api.service().breaker(), &api), State::Open);
        let method = api.service().method("get").expect("declared").snapshot();
        assert_eq!(
            (method.failures, method.rejected.total()),
            (1, 0),
            "it is the service's failure"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_in_time_is_an_answer() {
        let double = Double::playing([Act::Slow(Duration::from_millis(1_999))]);
        assert_eq!(decorated!(double).get().await, Ok(1));
    }

    struct Blocking;

    impl Api for Blocking {
        async fn get(&self) -> Result<u32, Fault> {
            advance(Duration::from_secs(3)).await;
            Ok(1)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_comes_too_late_is_a_timeout() {
        let api = ResilientApi::with_registry(Blocking, &Registry::new());
        assert!(matches!(api.get().await, Err(Fault::Rejected(Rejection::TimedOut { .. }))));
    }
}

#[allow(deprecated, reason = "the delays take longer than the call may")]
mod call_timeout {
    use super::*;

    api!(
        timeout(call = "10s"),
        retry(max = 5, base = "4s", backoff = 2.0, jitter = none),
        rate(limit = 1.0, burst = 1, wait = "1m")
    );

    #[tokio::test(start_paused = true)]
    async fn a_retry_that_does_not_fit_is_not_waited_for() {
        let double = Double::failing(10);
        let api = decorated!(double);
        let start = Instant::now();
        assert_eq!(api.get().await, Err(Fault::Down));
        assert_eq!((double.calls(), start.elapsed()), (2, Duration::from_secs(4)));
    }

    #[tokio::test(start_paused = true)]
    async fn the_attempts_share_one_budget() {
        let double = Double::playing([Act::Fail(Fault::Down), Act::Hang]);
        let api = decorated!(double);
        let start = Instant::now();
        let Err(Fault::Rejected(Rejection::TimedOut { scope, limit, .. })) = api.get().await else {
            panic!("timed out")
        };
        assert_eq!((scope, limit), (TimeoutScope::Call, Duration::from_secs(10)));
        assert_eq!(start.elapsed(), Duration::from_secs(10));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slot_past_the_deadline_is_refused_at_once() {
        let double = Double::default();
        let api = decorated!(double);
        let start = Instant::now();
        let calls: Vec<_> = (0..12)
            .map(|_| {
                let api = api.clone();
                tokio::spawn(async move { (api.get().await.is_ok(), start.elapsed().as_secs()) })
            })
            .collect();
        let mut late = 0;
        for call in calls {
            let (served, at) = call.await.expect("no panic");
            late += u32::from(!served);
            assert!(served || at == 0);
        }
        assert_eq!((late, double.calls()), (2, 10));
    }
}

mod nested {
    use super::*;

    #[resilient(timeout(call = "3s"))]
    trait Outer {
        async fn outer(&self) -> Result<u32, Fault>;
    }

    #[resilient(retry(max = 10, base = "1s", jitter = none, backoff = 1.0))]
    trait Inner {
        async fn fetch(&self) -> Result<u32, Fault>;
    }

    impl Inner for Double {
        async fn fetch(&self) -> Result<u32, Fault> {
            self.answer().await
        }
    }

    struct Middle(ResilientInner<Double>);

    impl Outer for Middle {
        async fn outer(&self) -> Result<u32, Fault> {
            self.0.fetch().await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn inner_calls_inherit_what_is_left() {
        let double = Double::failing(100);
        let registry = Registry::new();
        let api = ResilientOuter::with_registry(
            Middle(ResilientInner::with_registry(double.clone(), &registry)),
            &registry,
        );
        let start = Instant::now();
        assert_eq!(
            api.outer().await,
            Err(Fault::Down),
            "the inner call stops by itself, with the service's error"
        );
        assert_eq!((double.calls(), start.elapsed()), (3, Duration::from_secs(2)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_rejection_of_an_inner_call_is_no_failure_of_the_outer_service() {
        #[resilient(breaker(threshold = 1), retry(max = 3, base = "0s"))]
        trait Outer {
            async fn outer(&self) -> Result<u32, Fault>;
        }
        #[resilient(breaker(threshold = 1))]
        trait Inner {
            async fn fetch(&self) -> Result<u32, Fault>;
        }
        impl Inner for Double {
            async fn fetch(&self) -> Result<u32, Fault> {
                self.answer().await
            }
        }
        struct Middle(ResilientInner<Double>, Double);
        impl Outer for Middle {
            async fn outer(&self) -> Result<u32, Fault> {
                self.1.answer().await?;
                self.0.fetch().await
            }
        }
        let (inside, outside) = (Double::default(), Double::default());
        let inner = ResilientInner::with_registry(inside.clone(), &Registry::new());
        inner.service().breaker().expect("declared").force_open();
        let api = ResilientOuter::with_registry(Middle(inner, outside.clone()), &Registry::new());
        let error = api.outer().await;
        assert!(matches!(error, Err(Fault::Rejected(Rejection::BreakerOpen { .. }))));
        assert_eq!(
            (outside.calls(), inside.calls()),
            (1, 0),
            "an open breaker is not worth a retry"
        );
        assert_eq!(state(api.service().breaker(), &api), State::Closed);
    }
}

/// Polls a future once.
async fn futures_poll_once<F: Future>(mut future: std::pin::Pin<&mut F>) -> Option<F::Output> {
    std::future::poll_fn(|cx| {
        std::task::Poll::Ready(match future.as_mut().poll(cx) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    })
    .await
}
