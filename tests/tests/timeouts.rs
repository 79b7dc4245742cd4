//! Timeouts that follow latencies, tiers, and the deadline that calls inside a call inherit.

use std::time::Duration;

use resilient_runtime::{
    Policy, Registry, Rejection, TimeoutConfig, TimeoutScope, deadline, resilient,
};
use resilient_tests::{
    api, decorated,
    double::{Act, Double, Fault},
};
use tokio::time::Instant;

const fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn limit(answer: Result<u32, Fault>) -> Duration {
    match answer {
        Err(Fault::Rejected(Rejection::TimedOut {
            limit, scope: TimeoutScope::Attempt, ..
        })) => limit,
        other => panic!("no timeout of an attempt: {other:?}"),
    }
}

mod adaptive {
    use super::*;

    api!(timeout(adaptive(percentile = 90, factor = 2.0, min = "50ms", max = "10s")));

    #[tokio::test(start_paused = true)]
    async fn follows_the_latencies_that_it_sees() {
        let answers = vec![Act::Slow(millis(100)); 20];
        let double = Double::playing(answers.into_iter().chain([Act::Hang, Act::Hang]));
        let api = decorated!(double);
        for _ in 0..20 {
            assert!(api.get().await.is_ok());
        }
        let learnt = limit(api.get().await);
        assert!(
            (millis(200)..=millis(215)).contains(&learnt),
            "twice p90, to a sixteenth: {learnt:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn gives_more_time_under_load() {
        let registry = Registry::new();
        let answers = vec![Act::Slow(millis(100)); 60];
        let double = Double::playing(answers.into_iter().chain(vec![Act::Hang; 3]));
        let api = ResilientApi::with_registry(double, &registry);
        for _ in 0..60 {
            assert!(api.get().await.is_ok());
        }
        let idle = limit(api.get().await);
        registry.set_load(61);
        let busy = limit(api.get().await);
        registry.set_load(81);
        let busiest = limit(api.get().await);
        assert_eq!((busy, busiest), (idle.mul_f64(1.2), idle.mul_f64(1.5)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_got_slower_than_its_limit_is_not_shut_out() {
        let fast = vec![Act::Slow(millis(100)); 20];
        let double = Double::playing(fast.into_iter().chain(vec![Act::Slow(millis(3_000)); 500]));
        let api = decorated!(double);
        for _ in 0..20 {
            assert!(api.get().await.is_ok());
        }
        let mut timeouts = 0;
        while api.get().await.is_err() {
            timeouts += 1;
            assert!(timeouts < 300, "the limit grows with each timeout that it causes");
        }
        assert!(timeouts > 0);
    }

    #[tokio::test(start_paused = true)]
    async fn being_turned_away_fast_is_no_fast_answer() {
        let busy = vec![Act::Fail(Fault::Busy(Duration::ZERO)); 50];
        let slow = vec![Act::Slow(millis(1_000)); 25];
        let double = Double::playing(slow.into_iter().chain(busy).chain([Act::Hang]));
        let api = decorated!(double);
        for _ in 0..75 {
            let _ = api.get().await;
        }
        assert!(limit(api.get().await) >= millis(2_000));
    }

    #[tokio::test(start_paused = true)]
    async fn allows_the_longest_while_nothing_is_known() {
        let api = decorated!(Double::playing([Act::Hang]));
        assert_eq!(limit(api.get().await), Duration::from_secs(10));
    }
}

mod tiers {
    use super::*;

    api!(timeout(tier = external_api), retry(max = 3, base = "0s"));

    #[tokio::test(start_paused = true)]
    async fn each_attempt_of_a_tier_may_take_longer() {
        let api = decorated!(Double::playing(vec![Act::Hang; 3]));
        let start = Instant::now();
        assert_eq!(limit(api.get().await), millis(22_500));
        assert_eq!(start.elapsed(), millis(10_000 + 15_000 + 22_500));
    }
}

mod inherited {
    use super::*;

    #[allow(deprecated, reason = "the delays take longer than the call may")]
    #[resilient(timeout(call = "5s"), retry(max = 9, base = "1s", backoff = fixed, jitter = none))]
    trait Inner {
        async fn get(&self) -> Result<u32, Fault>;
    }

    impl Inner for Double {
        async fn get(&self) -> Result<u32, Fault> {
            self.answer().await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_retry_inside_never_starts_what_the_call_outside_has_no_time_for() {
        let double = Double::failing(9);
        let inner = ResilientInner::with_registry(double.clone(), &Registry::new());
        let timeout = TimeoutConfig::new().attempt(millis(2_500));
        let outer = Policy::builder("outer").timeout(timeout).registry(&Registry::new()).build();
        let start = Instant::now();
        let outer = outer.expect("valid");
        let answer = outer
            .call(async || {
                assert_eq!(deadline(), Some(start + millis(2_500)));
                inner.get().await
            })
            .await;
        assert_eq!(answer, Err(Fault::Down), "the last error, and no timeout");
        assert_eq!((double.calls(), start.elapsed()), (3, millis(2_000)));
        assert_eq!(deadline(), None, "outside of all calls");
    }
}
