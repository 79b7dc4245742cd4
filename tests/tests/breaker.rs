//! The circuit breaker in all its modes, as a caller sees it: which calls reach the method, and what is told of it.

#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "predicates take a reference, as the attribute asks"
)]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use resilient_runtime::{BreakerTransition, CircuitBreaker, Registry, State, resilient};
use resilient_tests::{
    api, books, decorated,
    double::{Act, Double, Fault},
};
use tokio::time::advance;

const DOWN: Act = Act::Fail(Fault::Down);

const fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn breaker(api: &resilient_runtime::Service) -> &CircuitBreaker {
    api.breaker().expect("declared")
}

mod rate_over_calls {
    use super::*;

    api!(breaker(threshold = 0.51, window = 100, min_calls = 10, recovery = "60s"));

    #[tokio::test(start_paused = true)]
    async fn ten_thousand_good_calls_do_not_outweigh_the_last_hundred() {
        let script = vec![Act::Answer; 10_000].into_iter().chain(vec![DOWN; 51]);
        let double = Double::playing(script);
        let api = decorated!(double);
        for _ in 0..10_050 {
            let _ = api.get().await;
        }
        assert_eq!(breaker(api.service()).state(), State::Closed);
        let _ = api.get().await;
        assert_eq!(breaker(api.service()).state(), State::Open, "51 of the last 100");
        assert!(matches!(api.get().await, Err(Fault::Rejected(_))));
        assert_eq!(double.calls(), 10_051);
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_of_few_calls_is_unknown_and_not_zero() {
        let api = decorated!(Double::failing(9));
        for _ in 0..9 {
            assert_eq!(api.get().await, Err(Fault::Down));
        }
        let snapshot = breaker(api.service()).snapshot();
        assert_eq!((snapshot.state, snapshot.failure_rate), (State::Closed, None));
        assert_eq!(api.get().await, Ok(10), "the tenth outcome, a success, is judged too");
        assert_eq!(breaker(api.service()).state(), State::Open, "at 9 of 10");
    }
}

mod rate_over_time {
    use super::*;

    api!(breaker(threshold = 0.5, window = "10s", min_calls = 4, recovery = "5s", half_open = 4));

    #[tokio::test(start_paused = true)]
    async fn failures_leave_with_their_seconds() {
        let double =
            Double::playing([DOWN, DOWN, DOWN, Act::Answer, Act::Answer, Act::Answer, DOWN]);
        let api = decorated!(double);
        for _ in 0..3 {
            let _ = api.get().await;
        }
        advance(secs(10)).await;
        for _ in 0..4 {
            let _ = api.get().await;
        }
        assert_eq!(breaker(api.service()).state(), State::Closed, "1 of 4 in the last ten seconds");
    }

    #[tokio::test(start_paused = true)]
    async fn half_open_is_decided_by_the_rate_of_its_probes_as_soon_as_it_is_certain() {
        let open = vec![DOWN; 4];
        let probes = [Act::Answer, DOWN, Act::Answer, Act::Answer];
        let double = Double::playing(open.into_iter().chain(probes));
        let api = decorated!(double);
        for _ in 0..4 {
            let _ = api.get().await;
        }
        advance(secs(5)).await;
        for _ in 0..3 {
            let _ = api.get().await;
            assert_eq!(breaker(api.service()).state(), State::HalfOpen);
        }
        let _ = api.get().await;
        assert_eq!(breaker(api.service()).state(), State::Closed, "1 of 4 failed");
        assert_eq!(double.calls(), 8);
    }
}

mod slow_calls {
    use super::*;

    api!(breaker(threshold = 5, slow = "2s", slow_rate = 0.5, window = 4, min_calls = 4));

    #[tokio::test(start_paused = true)]
    async fn good_answers_that_take_long_open_it() {
        let slow = Act::Slow(secs(2));
        let api = decorated!(Double::playing([slow.clone(), Act::Answer, slow, Act::Answer]));
        for _ in 0..4 {
            assert!(api.get().await.is_ok());
        }
        assert_eq!(breaker(api.service()).state(), State::Open);
        assert!(matches!(api.get().await, Err(Fault::Rejected(_))));
    }
}

mod growth {
    use super::*;

    api!(breaker(threshold = 1, recovery = "1s", recovery_factor = 3.0, max_recovery = "5s"));

    #[tokio::test(start_paused = true)]
    async fn openings_grow_up_to_their_bound_and_begin_anew_after_a_close() {
        let script = vec![DOWN; 4].into_iter().chain([Act::Answer, DOWN]);
        let api = decorated!(Double::playing(script));
        let _ = api.get().await;
        for length in [1, 3, 5] {
            advance(secs(length).saturating_sub(Duration::from_nanos(1))).await;
            assert!(matches!(api.get().await, Err(Fault::Rejected(_))), "{length}");
            advance(Duration::from_nanos(1)).await;
            assert_eq!(api.get().await, Err(Fault::Down), "the probe fails");
        }
        advance(secs(5)).await;
        assert_eq!(api.get().await, Ok(5));
        assert_eq!(api.get().await, Err(Fault::Down));
        advance(secs(1)).await;
        assert_eq!(api.get().await, Ok(7));
        let snapshot = breaker(api.service()).snapshot();
        assert_eq!((snapshot.openings, snapshot.time_in.open), (5, secs(1 + 3 + 5 + 5 + 1)));
    }
}

mod stay {
    use super::*;

    api!(breaker(
        threshold = 1,
        recovery = "1s",
        half_open = 2,
        half_open_timeout = "10s",
        max_half_open = "30s"
    ));

    #[tokio::test(start_paused = true)]
    async fn half_open_ends_when_nothing_more_comes_of_it() {
        let api = decorated!(Double::playing([DOWN, Act::Hang, Act::Hang]));
        let _ = api.get().await;
        advance(secs(1)).await;
        let mut hanging = Vec::new();
        for _ in 0..2 {
            let api = api.clone();
            hanging.push(tokio::spawn(async move { api.get().await }));
            tokio::task::yield_now().await;
        }
        assert!(matches!(api.get().await, Err(Fault::Rejected(_))), "both places are taken");
        advance(secs(30)).await;
        assert!(matches!(api.get().await, Err(Fault::Rejected(_))));
        assert_eq!(breaker(api.service()).state(), State::Open, "no probe has answered");
        advance(secs(1)).await;
        assert_eq!(api.get().await, Ok(4));
        for task in hanging {
            task.abort();
        }
    }
}

mod what_counts {
    use super::*;

    fn is_busy(fault: &Fault) -> bool {
        matches!(fault, Fault::Busy(_))
    }

    fn is_odd(value: &u32) -> bool {
        !value.is_multiple_of(2)
    }

    api!(breaker(
        threshold = 2,
        on = Fault::Wrong | Fault::Rejected(_),
        when = is_busy,
        ignore = Fault::Busy(after) if *after > Duration::from_secs(9),
        failure_if = is_odd
    ));

    async fn state_after(acts: [Act; 2]) -> State {
        let api = decorated!(Double::playing([Act::Answer].into_iter().chain(acts)));
        // The first answer is odd, and a failure; one of the two that follow may open it.
        assert_eq!(api.get().await, Ok(1), "the caller gets what the breaker counts as a failure");
        for _ in 0..2 {
            let _ = api.get().await;
        }
        breaker(api.service()).state()
    }

    #[tokio::test(start_paused = true)]
    async fn patterns_and_predicates_decide_in_the_place_of_the_kind() {
        let busy = |after| Act::Fail(Fault::Busy(secs(after)));
        let wrong = || Act::Fail(Fault::Wrong);
        assert_eq!(state_after([DOWN, busy(10)]).await, State::Closed, "not named, and ignored");
        assert_eq!(state_after([DOWN, wrong()]).await, State::Open, "`on`");
        assert_eq!(state_after([busy(10), busy(9)]).await, State::Open, "`when`");
        assert_eq!(state_after([Act::Answer, wrong()]).await, State::Closed, "2 is even");
        assert_eq!(state_after([DOWN, Act::Answer]).await, State::Open, "3 is odd");
    }
}

mod timeouts {
    use super::*;
    use resilient_runtime::Rejection;

    #[resilient(breaker(threshold = 1, on = Fault::Wrong), timeout = "1s")]
    trait Named {
        async fn get(&self) -> Result<u32, Fault>;
        #[resilient(breaker(scope = method, ignore = Fault::Rejected(Rejection::TimedOut { .. })))]
        async fn ignoring(&self) -> Result<u32, Fault>;
    }

    impl Named for Double {
        async fn get(&self) -> Result<u32, Fault> {
            self.answer().await
        }
        async fn ignoring(&self) -> Result<u32, Fault> {
            self.answer().await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_hanging_service_opens_it_whatever_is_named_unless_that_is_ignored_by_word() {
        let double = Double::playing([Act::Hang, Act::Hang, Act::Answer]);
        let api = ResilientNamed::with_registry(double.clone(), &Registry::new());
        assert!(api.ignoring().await.is_err());
        let method = api.service().method("ignoring").expect("declared");
        assert_eq!(method.own_breaker().map(CircuitBreaker::state), Some(State::Closed));
        assert!(api.get().await.is_err());
        assert_eq!(breaker(api.service()).state(), State::Open);
    }
}

mod keyed {
    use super::*;

    #[resilient(breaker(threshold = 1, recovery = "60s", key = host))]
    trait Hosts {
        async fn get(&self, host: &str) -> Result<u32, Fault>;
        #[resilient(breaker(key = format_args!("{host}-{port}")))]
        async fn ask(&self, host: String, port: u16) -> Result<u32, Fault>;
    }

    impl Hosts for Double {
        async fn get(&self, _host: &str) -> Result<u32, Fault> {
            self.answer().await
        }
        async fn ask(&self, _host: String, _port: u16) -> Result<u32, Fault> {
            self.answer().await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn each_key_has_a_breaker_of_its_own_shared_by_the_methods() {
        let double = Double::failing(1);
        let hosts = ResilientHosts::with_registry(double.clone(), &Registry::new());
        assert_eq!(hosts.get("eu-1").await, Err(Fault::Down));
        assert!(matches!(hosts.get("eu-1").await, Err(Fault::Rejected(_))));
        assert!(matches!(hosts.ask("eu".to_owned(), 1).await, Err(Fault::Rejected(_))));
        assert_eq!(hosts.get("us-1").await, Ok(2));
        assert_eq!(double.calls(), 2);
        let service = hosts.service();
        assert!(service.breaker().is_none(), "there is not one, but many");
        assert_eq!(service.breaker_for("eu-1").map(|breaker| breaker.state()), Some(State::Open));
        let keyed = service.snapshot().keyed_breakers;
        assert_eq!(keyed.len(), 1, "the idle one is left out");
        assert_eq!((&*keyed[0].key, keyed[0].breaker.state), ("eu-1", State::Open));
        service.reset();
        assert_eq!(hosts.get("eu-1").await, Ok(3));
    }
}

mod scopes {
    use super::*;

    #[resilient(breaker(threshold = 1, scope = method))]
    trait Two {
        async fn one(&self) -> Result<u32, Fault>;
        async fn two(&self) -> Result<u32, Fault>;
    }

    #[resilient(breaker(threshold = 1))]
    trait Shared {
        async fn one(&self) -> Result<u32, Fault>;
        #[resilient(breaker(ignore = Fault::Wrong))]
        async fn refined(&self) -> Result<u32, Fault>;
        #[resilient(breaker(threshold = 2))]
        async fn own(&self) -> Result<u32, Fault>;
    }

    impl Two for Double {
        async fn one(&self) -> Result<u32, Fault> {
            self.answer().await
        }
        async fn two(&self) -> Result<u32, Fault> {
            self.answer().await
        }
    }

    impl Shared for Double {
        async fn one(&self) -> Result<u32, Fault> {
            self.answer().await
        }
        async fn refined(&self) -> Result<u32, Fault> {
            self.answer().await
        }
        async fn own(&self) -> Result<u32, Fault> {
            self.answer().await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_method_has_its_own_where_the_scope_says_so() {
        let api = ResilientTwo::with_registry(Double::failing(1), &Registry::new());
        assert!(api.one().await.is_err());
        assert!(matches!(api.one().await, Err(Fault::Rejected(_))));
        assert_eq!(api.two().await, Ok(2));
        assert!(api.service().breaker().is_none());
        let one = api.service().method("one").expect("declared");
        assert_eq!(one.own_breaker().map(CircuitBreaker::state), Some(State::Open));
        assert_eq!(one.snapshot().breaker.map(|breaker| breaker.state), Some(State::Open));
    }

    #[tokio::test(start_paused = true)]
    async fn a_method_that_only_refines_what_counts_shares_the_services() {
        let api = ResilientShared::with_registry(Double::failing(1), &Registry::new());
        assert!(api.one().await.is_err());
        assert!(matches!(api.refined().await, Err(Fault::Rejected(_))));
        assert_eq!(api.own().await, Ok(2), "another threshold is another breaker");
    }
}

mod per_call {
    use super::*;

    api!(breaker(threshold = 2, per = call), retry(max = 3, base = "1s"));

    #[tokio::test(start_paused = true)]
    async fn a_retried_call_counts_once() {
        let double = Double::failing(6);
        let api = decorated!(double);
        assert!(api.get().await.is_err());
        assert_eq!(breaker(api.service()).snapshot().consecutive_failures, 1);
        assert!(api.get().await.is_err());
        assert_eq!(double.calls(), 6);
        assert_eq!(breaker(api.service()).state(), State::Open);
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_call_counts_as_nothing() {
        let api = decorated!(Double::failing(9));
        let call = tokio::time::timeout(Duration::from_millis(10), api.get());
        assert!(call.await.is_err(), "dropped while it waited for its second attempt");
        assert_eq!(breaker(api.service()).snapshot().consecutive_failures, 0);
        assert_eq!(books!(api).cancelled, 1);
    }
}

mod by_hand {
    use super::*;

    api!(breaker(threshold = 2, recovery = "10s"));

    #[tokio::test(start_paused = true)]
    async fn metrics_only_counts_and_lets_everything_pass() {
        let double = Double::failing(10);
        let api = decorated!(double);
        breaker(api.service()).metrics_only();
        for _ in 0..10 {
            assert_eq!(api.get().await, Err(Fault::Down));
        }
        let snapshot = breaker(api.service()).snapshot();
        assert_eq!((snapshot.state, snapshot.consecutive_failures), (State::MetricsOnly, 10));
        assert_eq!(snapshot.since_last_failure, Some(Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn each_change_of_state_is_told_once_and_a_listener_may_command() {
        let registry = Registry::new();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&heard);
        let subscription = registry.subscribe(move |event: &BreakerTransition| {
            log.lock().expect("no panic").push((event.number, event.from, event.to));
        });
        let api = ResilientApi::with_registry(Double::failing(2), &registry);
        let own = breaker(api.service()).clone();
        let _forced = breaker(api.service()).subscribe(move |event| {
            if event.to == State::HalfOpen {
                own.force_closed();
            }
        });
        for _ in 0..2 {
            let _ = api.get().await;
        }
        advance(secs(10)).await;
        assert_eq!(api.get().await, Ok(3));
        drop(subscription);
        breaker(api.service()).reset();
        let mut heard = heard.lock().expect("no panic").clone();
        heard.sort_by_key(|(number, ..)| *number);
        assert_eq!(
            heard,
            [
                (0, State::Closed, State::Open),
                (1, State::Open, State::HalfOpen),
                (2, State::HalfOpen, State::ForcedClosed),
            ]
        );
    }
}
