//! One table of configurations, each written as an attribute on a trait, as one on a function, and by hand: the same script
//! must leave the same answers at the same times, and the same books.

#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "predicates take a reference, as the attribute asks"
)]

use std::{cell::RefCell, env, process::Command, task::Poll, time::Duration};

use resilient_runtime::{
    AdaptiveConfig, Backoff, BreakerConfig, BulkheadConfig, CacheConfig, Fallible, HedgeConfig,
    Jitter, Key, LimitAlgorithm, Per, Policy, PolicyConfig, Preset, Priority, RateAdaptation,
    RateAlgorithm, RateConfig, Registry, RetryConfig, Retrying, Scope, Tier, TimeoutConfig,
    cacheable_result, fallible, resilient, storable,
};
use resilient_tests::{
    double::{Act, Double, Fault},
    poll_once,
};
use tokio::time::{Instant, advance};

type Answer = Result<u32, Fault>;
type Rules = Fallible<Answer, u32, Fault>;

const fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

const fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// Good answers, failures of all kinds, and answers that take long, in an order that looks like none.
fn script() -> Vec<Act> {
    let mut state = 42_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % 16
    };
    let act = |number| match number {
        0..=3 => Act::Fail(Fault::Down),
        4 => Act::Fail(Fault::Busy(secs(2))),
        5 => Act::Fail(Fault::Wrong),
        6 => Act::Slow(millis(700)),
        7 => Act::Slow(secs(20)),
        _ => Act::Answer,
    };
    (0..2_000).map(|_| act(next())).collect()
}

/// What a caller sees of a script, and what is in the books afterwards.
#[derive(Debug, PartialEq)]
struct Trace {
    answers: Vec<(Answer, Duration, u32)>,
    books: serde_json::Value,
}

async fn trace(double: &Double, registry: &Registry, call: impl AsyncFn() -> Answer) -> Trace {
    let start = Instant::now();
    let mut answers = Vec::new();
    for step in 0..120 {
        let note = |answer| (answer, start.elapsed(), double.calls());
        if step % 10 == 9 {
            let (first, second, third) = tokio::join!(call(), call(), call());
            answers.extend([first, second, third].map(note));
        } else if step % 10 == 4 {
            // Begun and dropped.
            let mut dropped = Box::pin(call());
            if let Poll::Ready(answer) = poll_once(dropped.as_mut()) {
                answers.push(note(answer));
            }
        } else {
            answers.push(note(call().await));
        }
        advance(millis(50 * (step % 40))).await;
    }
    let books = serde_json::to_value(registry.snapshot()).expect("plain data");
    Trace { answers, books }
}

fn registry() -> Registry {
    Registry::builder().seed(7).build().expect("valid")
}

thread_local! {
    /// What the annotated functions ask.
    static DOUBLE: RefCell<Option<Double>> = const { RefCell::new(None) };
}

fn double() -> Double {
    DOUBLE.with_borrow(|double| double.clone().expect("it was put there"))
}

/// Whether this process runs one test alone, and may have the global registry for it. If not, has such a process run it.
fn is_alone(test: &str) -> bool {
    const ALONE: &str = "BOTH_WAYS_ALONE";
    if env::var_os(ALONE).is_some() {
        return true;
    }
    let mut alone = Command::new(env::current_exe().expect("this program is a file"));
    let output = alone.args(["--exact", test, "--nocapture"]).env(ALONE, "1").output();
    let output = output.expect("it runs once more");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
    false
}

fn plain() -> Rules {
    fallible()
}

fn is_even(value: &u32) -> bool {
    value.is_multiple_of(2)
}

fn is_down(fault: &Fault) -> bool {
    *fault == Fault::Down
}

fn note(retrying: &Retrying<'_, Fault>) {
    assert!(retrying.attempt > 1 && *retrying.service == *"both");
}

fn urgency() -> Priority {
    Priority::Low
}

fn patience(attempt: u32) -> Duration {
    millis(300) * attempt
}

const OWN: Tier = Tier::new("own", Duration::from_millis(400)).growth(2.0);

macro_rules! policies {
    ($($policy:ident($config:expr))*) => { PolicyConfig::new()$(.$policy($config))* };
}

macro_rules! both_ways {
    ($( $name:ident: [$($attribute:tt)*] = $config:expr, $rules:expr, |$prepared:ident, $operation:ident| $call:expr; )+) => { $(
        mod $name {
            use super::*;

            #[resilient(service = "both", $($attribute)*)]
            trait Api {
                async fn call(&self) -> Answer;
            }

            impl Api for Double {
                async fn call(&self) -> Answer {
                    self.answer().await
                }
            }

            async fn by_attribute() -> Trace {
                let (double, registry) = (Double::playing(script()), registry());
                let api = ResilientApi::with_registry(double.clone(), &registry);
                trace(&double, &registry, async || api.call().await).await
            }

            async fn by_hand() -> Trace {
                let (double, registry) = (Double::playing(script()), registry());
                let policy = Policy::builder("both").config($config).registry(&registry).build();
                let policy = policy.expect("valid");
                trace(&double, &registry, async || {
                    let $prepared = policy.with($rules);
                    let $operation = || double.answer();
                    $call.await
                })
                .await
            }

            #[resilient(service = "both", $($attribute)*)]
            async fn call() -> Answer {
                double().answer().await
            }

            #[tokio::test(start_paused = true)]
            async fn a_function_does_too() {
                let module = module_path!().split_once("::").expect("in a file").1;
                if !is_alone(&format!("{module}::a_function_does_too")) {
                    return;
                }
                let own = Double::playing(script());
                DOUBLE.set(Some(own.clone()));
                assert!(registry().set_global().is_ok(), "this process is alone");
                let start = Instant::now();
                let by_function = trace(&own, Registry::global(), call).await;
                let minutes = start.elapsed().as_secs() / 60 + 1;
                advance(secs(60 * minutes) - start.elapsed()).await;
                let by_hand = by_hand().await;
                assert_eq!(by_function.answers, by_hand.answers);
                assert_eq!(by_function.books, by_hand.books);
            }

            #[tokio::test(start_paused = true)]
            async fn behaves_the_same() {
                let start = Instant::now();
                let by_attribute = by_attribute().await;
                // Whole minutes later, for whatever is counted by the clock.
                let minutes = start.elapsed().as_secs() / 60 + 1;
                advance(secs(60 * minutes) - start.elapsed()).await;
                let by_hand = by_hand().await;
                assert_eq!(by_attribute.answers, by_hand.answers);
                assert_eq!(by_attribute.books, by_hand.books);
                let calls = &by_hand.books["services"][0]["methods"][0]["calls"];
                assert_eq!(*calls, 144, "the script was played");
            }
        }
    )+ };
}

both_ways! {
    consecutive: [breaker(threshold = 2, recovery = "3s", half_open = 2, half_open_timeout = "5s", max_half_open = "8s")]
        = policies!(breaker(BreakerConfig::new().threshold(2).recovery(secs(3)).half_open(2).half_open_timeout(secs(5)).max_half_open(secs(8)))),
        plain(), |call, operation| call.call(operation);
    failure_rate: [breaker(threshold = 0.4, window = 10, min_calls = 4, recovery = "2s", recovery_factor = 2.0, max_recovery = "9s", recovery_jitter = 0.5)]
        = policies!(breaker(BreakerConfig::new().failure_rate(0.4).window(10).min_calls(4).recovery(secs(2)).recovery_factor(2.0).max_recovery(secs(9)).recovery_jitter(0.5))),
        plain(), |call, operation| call.call(operation);
    failure_rate_over_time: [breaker(threshold = 0.5, window = "10s", min_calls = 3, recovery = "2s", half_open = 3)]
        = policies!(breaker(BreakerConfig::new().failure_rate(0.5).window_time(secs(10)).min_calls(3).recovery(secs(2)).half_open(3))),
        plain(), |call, operation| call.call(operation);
    slow_calls: [breaker(threshold = 50, slow = "500ms", slow_rate = 0.2, window = 10, min_calls = 5, recovery = "2s")]
        = policies!(breaker(BreakerConfig::new().threshold(50).slow(millis(500)).slow_rate(0.2).window(10).min_calls(5).recovery(secs(2)))),
        plain(), |call, operation| call.call(operation);
    rules_of_the_breaker: [breaker(threshold = 3, recovery = "2s", on = Fault::Wrong, when = is_down, ignore = Fault::Busy(_), failure_if = is_even)]
        = policies!(breaker(BreakerConfig::new().threshold(3).recovery(secs(2)))),
        plain().rules(|rules| {
            rules
                .breaker_when(|fault| *fault == Fault::Wrong || is_down(fault))
                .breaker_ignore(|fault| matches!(fault, Fault::Busy(_)))
                .failure_if(is_even)
        }),
        |call, operation| call.call(operation);
    per_call_and_scope: [breaker(threshold = 2, recovery = "2s", per = call, scope = method), retry(max = 2, base = "100ms", jitter = none)]
        = policies!(breaker(BreakerConfig::new().threshold(2).recovery(secs(2)).per(Per::Call).scope(Scope::Method)) retry(RetryConfig::new().max(2).base(millis(100)).jitter(Jitter::None))),
        plain(), |call, operation| call.call(operation);
    keyed: [breaker(threshold = 2, recovery = "2s", key = "eu")]
        = policies!(breaker(BreakerConfig::new().threshold(2).recovery(secs(2)).keyed(true))),
        plain(), |call, operation| call.breaker_for("eu").call(operation);
    retry: [retry(max = 4, base = "200ms", backoff = 1.5, max_delay = "1s", jitter = full, within = "5s", budget = 0.1)]
        = policies!(retry(RetryConfig::new().max(4).base(millis(200)).backoff(1.5).max_delay(secs(1)).jitter(Jitter::Full).within(secs(5)).budget(0.1))),
        plain(), |call, operation| call.call(operation);
    linear: [retry(max = 3, base = "200ms", backoff = linear, jitter = decorrelated, budget = off)]
        = policies!(retry(RetryConfig::new().max(3).base(millis(200)).strategy(Backoff::Linear).jitter(Jitter::Decorrelated).budget_off())),
        plain(), |call, operation| call.call(operation);
    fibonacci: [retry(max = 5, base = "100ms", backoff = fibonacci)]
        = policies!(retry(RetryConfig::new().max(5).base(millis(100)).strategy(Backoff::Fibonacci))),
        plain(), |call, operation| call.call(operation);
    fixed: [retry(max = 3, base = "100ms", backoff = fixed)]
        = policies!(retry(RetryConfig::new().max(3).base(millis(100)).strategy(Backoff::Fixed))),
        plain(), |call, operation| call.call(operation);
    adaptive_backoff: [retry(max = 3, base = "100ms", backoff = adaptive)]
        = policies!(retry(RetryConfig::new().max(3).base(millis(100)).strategy(Backoff::Adaptive))),
        plain(), |call, operation| call.call(operation);
    custom_backoff: [retry(max = 3, backoff = patience)]
        = policies!(retry(RetryConfig::new().max(3).backoff_with(patience))),
        plain(), |call, operation| call.call(operation);
    rules_of_retry: [retry(max = 3, base = "100ms", on = Fault::Wrong, when = is_down, except = Fault::Busy(_), retry_if = is_even, hook = note)]
        = policies!(retry(RetryConfig::new().max(3).base(millis(100)))),
        plain().rules(|rules| {
            rules
                .retry_when(|fault| *fault == Fault::Wrong || is_down(fault))
                .retry_except(|fault| matches!(fault, Fault::Busy(_)))
                .retry_if(is_even)
                .before_retry(note)
        }),
        |call, operation| call.call(operation);
    not_idempotent: [retry(max = 3, base = "100ms", idempotent = false)]
        = policies!(retry(RetryConfig::new().max(3).base(millis(100)).idempotent(false))),
        plain(), |call, operation| call.call(operation);
    rate_and_retry: [rate(limit = 2.0, burst = 2, wait = "2s"), retry(max = 2, base = "100ms")]
        = policies!(rate(RateConfig::new().limit(2.0).burst(2).wait(secs(2))) retry(RetryConfig::new().max(2).base(millis(100)))),
        plain(), |call, operation| call.call(operation);
    rate_by_window: [rate(limit = 3, per = "2s", algorithm = sliding_window, wait = "1s")]
        = policies!(rate(RateConfig::new().limit(3.0).per(secs(2)).algorithm(RateAlgorithm::SlidingWindow).wait(secs(1)))),
        plain(), |call, operation| call.call(operation);
    rate_by_both: [rate(limit = 3, per = "2s", burst = 2, algorithm = both, queue = 1, priority = high)]
        = policies!(rate(RateConfig::new().limit(3.0).per(secs(2)).burst(2).algorithm(RateAlgorithm::Both).queue(1))),
        plain(), |call, operation| call.priority(Priority::High).call(operation);
    keyed_rate: [rate(limit = 2.0, burst = 1, key = "eu", priority = urgency())]
        = policies!(rate(RateConfig::new().limit(2.0).burst(1).keyed(true))),
        plain(), |call, operation| call.rate_for("eu").priority(urgency()).call(operation);
    adaptive_rate: [rate(limit = 8.0, burst = 4, adaptive, min = 2.0), retry(max = 2, base = "100ms")]
        = policies!(rate(RateConfig::new().limit(8.0).burst(4).adaptive(RateAdaptation::Aimd).min(2.0)) retry(RetryConfig::new().max(2).base(millis(100)))),
        plain(), |call, operation| call.call(operation);
    cubic_rate: [rate(limit = 8.0, adaptive = cubic)]
        = policies!(rate(RateConfig::new().limit(8.0).adaptive(RateAdaptation::Cubic))),
        plain(), |call, operation| call.call(operation);
    timeouts: [timeout(attempt = "500ms", call = "2s"), retry(max = 3, base = "300ms")]
        = policies!(timeout(TimeoutConfig::new().attempt(millis(500)).call(secs(2))) retry(RetryConfig::new().max(3).base(millis(300)))),
        plain(), |call, operation| call.call(operation);
    tier: [timeout(tier = OWN), retry(max = 3, base = "100ms")]
        = policies!(timeout(TimeoutConfig::new().tier(OWN)) retry(RetryConfig::new().max(3).base(millis(100)))),
        plain(), |call, operation| call.call(operation);
    named_tier: [timeout(tier = cache)]
        = policies!(timeout(TimeoutConfig::new().tier(Tier::CACHE))),
        plain(), |call, operation| call.call(operation);
    adaptive_timeout: [timeout(attempt = "1s", adaptive(percentile = p90, factor = 1.5, min = "100ms", max = "2s"))]
        = policies!(timeout(TimeoutConfig::new().attempt(secs(1)).adaptive(AdaptiveConfig::new().percentile(90.0).factor(1.5).min(millis(100)).max(secs(2))))),
        plain(), |call, operation| call.call(operation);
    bulkhead: [bulkhead(max = 1, wait = "1s", queue = 1)]
        = policies!(bulkhead(BulkheadConfig::new().max(1).wait(secs(1)).queue(1))),
        plain(), |call, operation| call.call(operation);
    adaptive_bulkhead: [bulkhead(adaptive = vegas, max = 2, min = 1, initial = 2)]
        = policies!(bulkhead(BulkheadConfig::new().adaptive(LimitAlgorithm::Vegas).max(2).min(1).initial(2))),
        plain(), |call, operation| call.call(operation);
    hedge: [hedge(after = "100ms", max = 2), breaker(threshold = 3, recovery = "2s"), timeout = "5s"]
        = policies!(hedge(HedgeConfig::new().after(millis(100)).max(2)) breaker(BreakerConfig::new().threshold(3).recovery(secs(2))) timeout(TimeoutConfig::new().attempt(secs(5)))),
        plain(), |call, operation| call.call_hedged(operation);
    hedge_by_percentile: [hedge(after = p80, budget = 0.5), retry(max = 2, base = "100ms")]
        = policies!(hedge(HedgeConfig::new().after_percentile(80.0).budget(0.5)) retry(RetryConfig::new().max(2).base(millis(100)))),
        plain(), |call, operation| call.call_hedged(operation);
    hedge_and_fallback: [hedge(after = "100ms"), fallback = |failure| async move { Ok(failure.attempts) }]
        = policies!(hedge(HedgeConfig::new().after(millis(100)))),
        plain(), |call, operation| call.call_hedged_or(operation, async |failure| Ok(failure.attempts));
    cache_and_fallback: [cache = "2s", fallback = |failure| async move { Ok(failure.attempts) }]
        = policies!(cache(CacheConfig::new().memory(secs(2)))),
        plain(), |call, operation| call.cached(storable(), Key::new()).call_or(operation, async |failure| Ok(failure.attempts));
    preset: [preset = external_api]
        = Preset::ExternalApi.config(),
        plain(), |call, operation| call.call(operation);
    preset_and_more: [breaker(recovery = "1s"), preset = database, timeout(attempt = "500ms")]
        = Preset::Database.config().overlaid(&policies!(
            breaker(BreakerConfig::new().recovery(secs(1)))
            timeout(TimeoutConfig::new().attempt(millis(500)))
        )),
        plain(), |call, operation| call.call(operation);
    preset_of_a_cache: [preset = cache]
        = Preset::Cache.config(),
        plain(), |call, operation| call.call(operation);
    cache_that_refreshes: [cache(memory = "4s", refresh = "2s", jitter = 0.3, idle = "3s")]
        = policies!(cache(CacheConfig::new().memory(secs(4)).refresh(secs(2)).jitter(0.3).idle(secs(3)))),
        plain(), |call, operation| call.cached(storable(), Key::new()).call(operation);
    stale_and_fallback: [cache(memory = "1s", stale = "10s"), breaker(threshold = 2, recovery = "3s"), fallback(stale, |failure| async move { Ok(failure.attempts) })]
        = policies!(cache(CacheConfig::new().memory(secs(1)).stale(secs(10))) breaker(BreakerConfig::new().threshold(2).recovery(secs(3)))),
        plain(), |call, operation| call.cached(storable(), Key::new()).call_or(operation, async |failure| Ok(failure.attempts));
    negative_and_cache_if: [cache(memory = "2s", negative = "1s", cache_if = is_even, capacity = 5), retry(max = 2, base = "100ms")]
        = policies!(cache(CacheConfig::new().memory(secs(2)).negative(secs(1)).capacity(5)) retry(RetryConfig::new().max(2).base(millis(100)))),
        plain().rules(|rules| rules.cache_if(is_even)),
        |call, operation| call.cached(cacheable_result(), Key::new()).call(operation);
    all_together: [
        cache = "1s", timeout(attempt = "500ms", call = "5s"), bulkhead(max = 2, wait = "1s"),
        retry(max = 3, base = "100ms"), breaker(threshold = 0.5, window = 8, recovery = "1s"),
        rate(limit = 20.0, burst = 4), hedge = "50ms"
    ]
        = policies!(
            cache(CacheConfig::new().memory(secs(1)))
            timeout(TimeoutConfig::new().attempt(millis(500)).call(secs(5)))
            bulkhead(BulkheadConfig::new().max(2).wait(secs(1)))
            retry(RetryConfig::new().max(3).base(millis(100)))
            breaker(BreakerConfig::new().failure_rate(0.5).window(8).recovery(secs(1)))
            rate(RateConfig::new().limit(20.0).burst(4))
            hedge(HedgeConfig::new().after(millis(50)))
        ),
        plain(), |call, operation| call.cached(storable(), Key::new()).call_hedged(operation);
}
