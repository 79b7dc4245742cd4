//! The five policies together, in their documented order, and what a dropped call leaves behind.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use resilient_runtime::{
    BreakerConfig, ConfigError, MethodSnapshot, PolicyConfig, Provenance, RateConfig, Registry,
    Rejection, RetryConfig, State, resilient, traced,
};
use resilient_tests::{
    double::{Act, Double, Fault},
    poll_once,
};
use tokio::time::{Instant, advance};

#[resilient(
    service = "all",
    breaker(threshold = 3, recovery = "30s"),
    retry(max = 3, base = "1s", jitter = none),
    rate(limit = 1.0, burst = 2, wait = "10s"),
    cache(memory = "1m"),
    timeout(attempt = "2s", call = "20s"),
    fallback = |failure| async move { if key == "fall back" { Ok(u32::MAX) } else { Err(failure.error) } },
)]
trait Api {
    async fn get(&self, key: &str) -> Result<u32, Fault>;
}

impl Api for Double {
    async fn get(&self, _key: &str) -> Result<u32, Fault> {
        self.answer().await
    }
}

fn decorated(double: &Double) -> ResilientApi<Double> {
    ResilientApi::with_registry(double.clone(), &Registry::new())
}

fn books(api: &ResilientApi<Double>) -> MethodSnapshot {
    api.service().method("get").expect("declared").snapshot()
}

fn state(api: &ResilientApi<Double>) -> State {
    api.service().breaker().expect("declared").state()
}

fn available(api: &ResilientApi<Double>) -> (u32, u32) {
    let rate = api.service().snapshot().rate.expect("declared");
    (rate.available, rate.waiting)
}

#[tokio::test(start_paused = true)]
async fn a_hit_costs_no_token_and_asks_no_breaker() {
    let double = Double::default();
    let api = decorated(&double);
    assert_eq!(api.get("a").await, Ok(1));
    assert_eq!((api.get("a").await, double.calls()), (Ok(1), 1));
    api.service().breaker().expect("declared").force_open();
    for _ in 0..10 {
        assert_eq!(api.get("a").await, Ok(1));
    }
    assert_eq!(double.calls(), 1);
    assert_eq!(available(&api), (1, 0));
    let books = books(&api);
    assert_eq!((books.successes, books.memory_hits, books.rejected.total()), (12, 11, 0));
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_costs_no_token_and_every_attempt_costs_one() {
    let double = Double::failing(3);
    let api = decorated(&double);
    let start = Instant::now();
    assert_eq!(api.get("a").await, Err(Fault::Down));
    assert_eq!((double.calls(), start.elapsed()), (3, Duration::from_secs(3)));
    assert_eq!(state(&api), State::Open);
    let before = available(&api);
    assert!(matches!(api.get("a").await, Err(Fault::Rejected(Rejection::BreakerOpen { .. }))));
    assert_eq!(available(&api), before);
    assert_eq!(books(&api).rejected.breaker_open, 1);
}

#[tokio::test(start_paused = true)]
async fn retries_stop_when_the_breaker_opens() {
    let double = Double::failing(100);
    let api = decorated(&double);
    let start = Instant::now();
    let calls = [
        tokio::spawn({
            let api = api.clone();
            async move { api.get("a").await }
        }),
        tokio::spawn({
            let api = api.clone();
            async move { api.get("b").await }
        }),
    ];
    for call in calls {
        assert_eq!(
            call.await.expect("no panic"),
            Err(Fault::Down),
            "the service's own error, not the rejection"
        );
    }
    assert_eq!(
        double.calls(),
        3,
        "two calls failed together and opened the breaker with their third attempt"
    );
    assert_eq!(start.elapsed(), Duration::from_secs(1), "nobody waits for a rejection");
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_opens_while_a_call_stands_in_line_stops_it_and_the_token_goes_back() {
    let double = Double::playing([Act::Answer, Act::Answer]);
    let api = decorated(&double);
    assert_eq!((api.get("a").await, api.get("b").await), (Ok(1), Ok(2)));
    let mut in_line = Box::pin(api.get("c"));
    assert!(poll_once(in_line.as_mut()).is_pending());
    api.service().breaker().expect("declared").force_open();
    advance(Duration::from_secs(1)).await;
    assert!(matches!(in_line.await, Err(Fault::Rejected(Rejection::BreakerOpen { .. }))));
    assert_eq!((double.calls(), available(&api)), (2, (1, 0)));
}

#[tokio::test(start_paused = true)]
async fn a_probe_is_not_kept_from_others_by_a_call_that_stands_in_line() {
    let double = Double::failing(3);
    let registry = Registry::builder()
        .configure(
            "all",
            PolicyConfig::new()
                .rate(RateConfig::new().limit(0.01).burst(3).wait(Duration::from_secs(1_000)))
                .timeout_off(),
        )
        .build()
        .expect("valid");
    let api = ResilientApi::with_registry(double.clone(), &registry);
    assert_eq!(api.get("a").await, Err(Fault::Down));
    advance(Duration::from_secs(30)).await;
    let mut in_line = Box::pin(api.get("a"));
    assert!(poll_once(in_line.as_mut()).is_pending());
    assert_eq!(api.service().breaker().expect("declared").snapshot().probes, 0);
}

#[tokio::test(start_paused = true)]
async fn the_fallback_is_outermost_and_its_answer_is_not_cached() {
    let double = Double::failing(3);
    let api = decorated(&double);
    let (answer, provenance) = traced(api.get("fall back")).await;
    assert_eq!(answer, Ok(u32::MAX));
    assert!(matches!(provenance, Provenance::Fallback { rung: 1, .. }));
    advance(Duration::from_secs(30)).await;
    let (answer, provenance) = traced(api.get("fall back")).await;
    assert_eq!(answer, Ok(4));
    assert!(matches!(provenance, Provenance::Live { attempts: 1, .. }));
    let books = books(&api);
    assert_eq!((books.calls, books.failures, books.successes, books.fallbacks), (2, 1, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_thousand_misses_make_one_call() {
    let double = Double::playing([Act::Slow(Duration::from_secs(1))]);
    let api = decorated(&double);
    let calls: Vec<_> = (0..1_000)
        .map(|_| {
            tokio::spawn({
                let api = api.clone();
                async move { api.get("a").await }
            })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.expect("no panic"), Ok(1));
    }
    assert_eq!(double.calls(), 1);
    let books = books(&api);
    assert_eq!((books.coalesced + books.memory_hits, books.cache_misses), (999, 1));
}

#[tokio::test(start_paused = true)]
async fn a_follower_is_never_held_past_its_own_deadline() {
    // The leader is never polled again, as when a task starves; the follower gives up in time.
    let double = Double::playing([Act::Hang]);
    let api = decorated(&double);
    let mut leader = Box::pin(api.get("a"));
    assert!(poll_once(leader.as_mut()).is_pending());
    let start = Instant::now();
    let follower = api.get("a").await;
    assert!(matches!(follower, Err(Fault::Rejected(Rejection::TimedOut { .. }))), "{follower:?}");
    assert_eq!(start.elapsed(), Duration::from_secs(20));
    assert_eq!(books(&api).rejected.timed_out, 1);
    drop(leader);
}

/// A call that is dropped at the `n`th time it has nothing to do, for every `n`, leaves everything as it found it.
#[tokio::test(start_paused = true)]
async fn a_call_dropped_at_any_await_point_gives_everything_back() {
    // Waits, one after the other: for the limiter, in the method, in the backoff, and in the method again.
    for dropped_at in 0..4 {
        let double = Double::playing([
            Act::Answer,
            Act::Answer,
            Act::Slow(Duration::from_secs(1)),
            Act::Fail(Fault::Down),
            Act::Hang,
        ]);
        let api = decorated(&double);
        assert_eq!((api.get("1").await, api.get("2").await), (Ok(1), Ok(2)));
        let before = books(&api);
        {
            let mut call = Box::pin(api.get("dropped"));
            let mut pending = 0;
            while poll_once(call.as_mut()).is_pending() {
                if pending == dropped_at {
                    break;
                }
                pending += 1;
                advance(Duration::from_millis(500)).await;
            }
        }
        let after = books(&api);
        assert_eq!(
            (after.calls, after.cancelled),
            (before.calls + 1, before.cancelled + 1),
            "dropped at {dropped_at}"
        );
        assert_eq!(available(&api).1, 0, "nobody waits");
        advance(Duration::from_secs(10)).await;
        assert_eq!(available(&api), (2, 0), "the limiter is full again");
        assert_eq!(state(&api), State::Closed);
        // The single flight is free: the next call for the same key leads, and does not wait.
        let next = double.calls() + 1;
        let answer = tokio::time::timeout(Duration::from_secs(19), api.get("dropped")).await;
        assert!(answer.is_ok(), "dropped at {dropped_at}: the next call hangs");
        assert!(double.calls() >= next);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_in_its_backoff_or_in_a_later_attempt_counts_as_cancelled() {
    for polls in 1..3 {
        let double = Double::playing([Act::Fail(Fault::Down), Act::Hang]);
        let api = decorated(&double);
        {
            let mut call = Box::pin(api.get("a"));
            for _ in 0..polls {
                assert!(poll_once(call.as_mut()).is_pending());
                advance(Duration::from_secs(1)).await;
            }
        }
        let books = books(&api);
        assert_eq!((double.calls(), books.cancelled, books.failures), (polls, 1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_reset_is_told_of_without_a_lock() {
    struct Asks(Registry);
    impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Asks {
        fn on_event(
            &self,
            event: &tracing::Event<'_>,
            _: tracing_subscriber::layer::Context<'_, S>,
        ) {
            if event.metadata().target() == "resilient" {
                // Declaring a method takes the lock that a reset must not hold.
                let _ = resilient_runtime::Policy::builder("all")
                    .method("new")
                    .registry(&self.0)
                    .build();
            }
        }
    }
    use tracing_subscriber::prelude::*;
    let registry = Registry::new();
    let api = ResilientApi::with_registry(Double::default(), &registry);
    api.service().breaker().expect("declared").force_open();
    let _guard = tracing::subscriber::set_default(
        tracing_subscriber::registry().with(Asks(registry.clone())),
    );
    api.service().reset();
    assert_eq!(state(&api), State::Closed);
    assert!(api.service().method("new").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_panicking_leader_hands_over() {
    #[resilient(cache = "1m")]
    trait Fragile {
        async fn get(&self) -> Result<u32, Fault>;
    }
    struct Panics(Arc<Mutex<u32>>);
    impl Fragile for Panics {
        async fn get(&self) -> Result<u32, Fault> {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let number = {
                let mut number = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                *number += 1;
                *number
            };
            assert!(number > 1, "the first one panics");
            Ok(number)
        }
    }
    let api = Arc::new(ResilientFragile::with_registry(Panics(Arc::default()), &Registry::new()));
    let spawn = || {
        tokio::spawn({
            let api = Arc::clone(&api);
            async move { api.get().await }
        })
    };
    let (leader, follower) = (spawn(), spawn());
    assert!(leader.await.is_err());
    assert_eq!(follower.await.expect("no panic"), Ok(2));
}

#[tokio::test(start_paused = true)]
async fn the_books_add_up() {
    let script = (0..50).flat_map(|n| match n % 5 {
        0 => vec![Act::Fail(Fault::Down)],
        1 => vec![Act::Fail(Fault::Wrong)],
        2 => vec![Act::Hang],
        3 => vec![Act::Slow(Duration::from_millis(300))],
        _ => vec![Act::Answer],
    });
    let double = Double::playing(script);
    let api = decorated(&double);
    for round in 0..60 {
        let key = (round % 7).to_string();
        let _ = tokio::time::timeout(Duration::from_millis(1_500), api.get(&key)).await;
        advance(Duration::from_secs(3)).await;
    }
    let books = books(&api);
    assert_eq!(books.calls, 60);
    assert_eq!(
        books.calls,
        books.successes + books.failures + books.ignored + books.cancelled + books.rejected.total(),
        "{books:?}"
    );
    assert!(books.cancelled > 0 && books.ignored > 0 && books.memory_hits > 0, "{books:?}");
    assert_eq!(books.attempts, u64::from(double.calls()));
}

#[tokio::test(start_paused = true)]
async fn state_is_shared_by_service_name_and_caches_are_not() {
    let registry = Registry::new();
    let (one, other) = (Double::failing(3), Double::default());
    let first = ResilientApi::with_registry(one, &registry);
    let second = ResilientApi::with_registry(other.clone(), &registry);
    assert_eq!(first.get("a").await, Err(Fault::Down));
    assert!(matches!(second.get("a").await, Err(Fault::Rejected(Rejection::BreakerOpen { .. }))));
    assert_eq!(other.calls(), 0);
    advance(Duration::from_secs(30)).await;
    assert_eq!(first.get("b").await, Ok(4));
    assert_eq!(second.get("b").await, Ok(1), "another client's answers are not this one's");
    assert_eq!(first.clone().get("b").await, Ok(4), "a clone is the same client");
    assert_eq!(
        registry
            .service("all")
            .expect("declared")
            .method("get")
            .expect("declared")
            .snapshot()
            .calls,
        5
    );
}

#[tokio::test]
async fn two_configurations_under_one_name_are_an_error_that_says_so() {
    #[resilient(service = "all", breaker(threshold = 9))]
    trait Other {
        async fn other(&self) -> Result<u32, Fault>;
    }
    impl Other for Double {
        async fn other(&self) -> Result<u32, Fault> {
            self.answer().await
        }
    }
    let registry = Registry::new();
    let _first = ResilientApi::with_registry(Double::default(), &registry);
    assert_eq!(Double::default().other().await, Ok(1));
    let error =
        ResilientOther::try_with_registry(Double::default(), &registry).expect_err("a conflict");
    assert!(matches!(error, ConfigError::Conflict { policy: "breaker", .. }), "{error}");
    assert!(
        error.to_string().contains("`all` is declared with two different configurations"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_registry_changes_policies_at_start() {
    let double = Double::failing(100);
    let registry = Registry::builder()
        .configure(
            "all",
            PolicyConfig::new().retry(RetryConfig::new().max(2).base(Duration::ZERO)).cache_off(),
        )
        .configure("all", PolicyConfig::new().breaker(BreakerConfig::new().threshold(2)))
        .build()
        .expect("valid");
    let api = ResilientApi::with_registry(double.clone(), &registry);
    let start = Instant::now();
    assert_eq!(api.get("a").await, Err(Fault::Down));
    assert_eq!((double.calls(), start.elapsed()), (2, Duration::ZERO));
    assert_eq!(state(&api), State::Open);
}

#[test]
fn bad_values_given_at_run_time_are_errors_that_name_field_value_and_range() {
    let bad = PolicyConfig::new()
        .rate(RateConfig::new().limit(f64::NAN))
        .retry(RetryConfig::new().max(0).backoff(0.5));
    let error = Registry::builder().configure("all", bad).build().expect_err("invalid").to_string();
    for part in [
        "`all`",
        "rate(limit = NaN)",
        "retry(max = 0)",
        "retry(backoff = 0.5)",
        "from 1.0 to 1000.0",
    ] {
        assert!(error.contains(part), "{part} in {error}");
    }
    let error =
        resilient_runtime::Policy::builder("p").config(bad).registry(&Registry::new()).build();
    assert!(matches!(error, Err(ConfigError::Invalid { .. })));
    // What is valid alone can be at odds with what the attribute says.
    let clash = PolicyConfig::new()
        .timeout(resilient_runtime::TimeoutConfig::new().call(Duration::from_millis(1)));
    let registry = Registry::builder().configure("all", clash).build().expect("valid alone");
    let error = ResilientApi::try_with_registry(Double::default(), &registry)
        .expect_err("at odds")
        .to_string();
    assert!(
        error.contains("`timeout(call = \"1ms\")` is shorter than `attempt = \"2s\"`"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn one_seed_gives_the_same_delays_again() {
    #[resilient(retry(max = 4, base = "1s", jitter = full))]
    trait Jittery {
        async fn get(&self) -> Result<u32, Fault>;
    }
    impl Jittery for Double {
        async fn get(&self) -> Result<u32, Fault> {
            self.answer().await
        }
    }
    async fn took(seed: u64) -> [Duration; 2] {
        let registry = Registry::builder().seed(seed).build().expect("valid");
        let api = ResilientJittery::with_registry(Double::failing(100), &registry);
        let mut times = [Duration::ZERO; 2];
        for time in &mut times {
            let start = Instant::now();
            let _ = api.get().await;
            *time = start.elapsed();
        }
        times
    }
    let first = took(7).await;
    assert_eq!(first, took(7).await);
    assert_ne!(first, took(8).await);
    assert_ne!(first[0], first[1], "two calls do not share a jitter sequence");
}
