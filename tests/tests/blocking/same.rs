//! The same script by [`Policy::call`] and by [`Policy::call_blocking`]: the same answers, attempts and books.

use std::time::Duration;

use proptest::prelude::*;
use resilient_runtime::{
    BreakerConfig, BulkheadConfig, CacheConfig, Jitter, Key, Per, Policy, PolicyConfig, RateConfig,
    Registry, RetryConfig, TimeoutConfig, fallible, storable,
};
use resilient_tests::double::{Act, Double, Fault, pass};
use tokio::{
    runtime::Builder,
    time::{Instant, advance, sleep},
};

use super::{Answer, MILLI, SECOND, on_a_thread};

/// What a caller sees of a script, and what is in the books afterwards.
#[derive(Debug, PartialEq)]
struct Trace {
    answers: Vec<(Answer, Duration, u32)>,
    books: serde_json::Value,
}

fn registry() -> Registry {
    Registry::builder().seed(7).build().expect("valid")
}

fn build(registry: &Registry, config: PolicyConfig) -> Policy {
    Policy::builder("api").config(config).registry(registry).build().expect("valid")
}

fn trace(registry: &Registry, answers: Vec<(Answer, Duration, u32)>) -> Trace {
    Trace { answers, books: serde_json::to_value(registry.snapshot()).expect("plain data") }
}

async fn by_task(config: PolicyConfig, script: Vec<(Act, Duration)>) -> Trace {
    let registry = registry();
    let policy = build(&registry, config);
    let double = Double::playing(script.iter().map(|(act, _)| act.clone()));
    let start = Instant::now();
    let mut answers = Vec::new();
    for (_, pause) in script {
        let call = policy.with(fallible::<Answer>()).cached(storable::<Answer>(), Key::new());
        let answer = call.call(async || double.answer().await).await;
        answers.push((answer, start.elapsed(), double.calls()));
        sleep(pause).await;
    }
    trace(&registry, answers)
}

fn by_thread(config: PolicyConfig, script: Vec<(Act, Duration)>) -> Trace {
    let registry = registry();
    let policy = build(&registry, config);
    let double = Double::playing(script.iter().map(|(act, _)| act.clone()));
    let start = Instant::now();
    let mut answers = Vec::new();
    for (_, pause) in script {
        let call = policy.with(fallible::<Answer>()).cached(storable::<Answer>(), Key::new());
        let answer = call.call_blocking(|| double.answer_blocking());
        answers.push((answer, start.elapsed(), double.calls()));
        pass(pause);
    }
    trace(&registry, answers)
}

async fn both(config: PolicyConfig, script: Vec<(Act, Duration)>) -> (Trace, Trace) {
    let start = Instant::now();
    let by_task = by_task(config, script.clone()).await;
    // Whole minutes later, for whatever is counted by the clock.
    let minutes = u32::try_from(start.elapsed().as_secs() / 60 + 1).expect("a short script");
    advance(60 * minutes * SECOND - start.elapsed()).await;
    let by_thread = on_a_thread(move || by_thread(config, script)).await;
    (by_task, by_thread)
}

fn config() -> impl Strategy<Value = PolicyConfig> {
    let on = |config: PolicyConfig| prop_oneof![Just(PolicyConfig::new()), Just(config)];
    let breaker = BreakerConfig::new().recovery(3 * SECOND);
    let breakers = prop_oneof![
        Just(PolicyConfig::new()),
        Just(PolicyConfig::new().breaker(breaker.threshold(2).half_open(2))),
        Just(PolicyConfig::new().breaker(breaker.failure_rate(0.5).window(6).min_calls(3))),
        Just(PolicyConfig::new().breaker(breaker.threshold(3).per(Per::Call))),
    ];
    let retry = RetryConfig::new().max(3).base(500 * MILLI);
    let retries = prop_oneof![
        Just(PolicyConfig::new()),
        Just(PolicyConfig::new().retry(retry)),
        Just(PolicyConfig::new().retry(retry.jitter(Jitter::Decorrelated).within(2 * SECOND))),
        Just(PolicyConfig::new().retry(retry.idempotent(false))),
    ];
    let rate = RateConfig::new().limit(1.0).burst(2).wait(2 * SECOND);
    let cache = CacheConfig::new().memory(2 * SECOND).stale(3 * SECOND).negative(SECOND);
    (
        breakers,
        retries,
        on(PolicyConfig::new().rate(rate)),
        on(PolicyConfig::new().cache(cache)),
        on(PolicyConfig::new().bulkhead(BulkheadConfig::new().max(1))),
        on(PolicyConfig::new().timeout(TimeoutConfig::new().attempt(SECOND).call(9 * SECOND))),
    )
        .prop_map(|(breaker, retry, rate, cache, bulkhead, timeout)| {
            [retry, rate, cache, bulkhead, timeout]
                .iter()
                .fold(breaker, |all, one| all.overlaid(one))
        })
}

/// `slow` is how long an answer takes that takes long.
fn script(slow: Duration) -> impl Strategy<Value = Vec<(Act, Duration)>> {
    let act = prop_oneof![
        4 => Just(Act::Answer),
        3 => Just(Act::Fail(Fault::Down)),
        1 => Just(Act::Fail(Fault::Busy(2 * SECOND))),
        1 => Just(Act::Fail(Fault::Wrong)),
        2 => Just(Act::Slow(slow)),
    ];
    let pause = (0_u64..8).prop_map(|pause| Duration::from_millis(pause * 500));
    prop::collection::vec((act, pause), 1..40)
}

fn paused<T>(work: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_thread_is_served_as_a_task_is(config in config(), script in script(700 * MILLI)) {
        let (by_task, by_thread) = paused(both(config, script));
        prop_assert_eq!(by_task, by_thread);
    }

    /// What a timeout cuts short for the one takes its whole time for the other. With whole calls far apart, and nothing
    /// in a call that goes by the clock, all else is the same.
    #[test]
    fn a_late_answer_is_as_good_as_one_that_was_cut_short(
        (threshold, max, script) in (1_u32..4, 1_u32..5, script(20 * SECOND))
    ) {
        let config = PolicyConfig::new()
            .timeout(TimeoutConfig::new().attempt(SECOND))
            .retry(RetryConfig::new().max(max).base(500 * MILLI))
            .breaker(BreakerConfig::new().threshold(threshold).recovery(600 * SECOND));
        let far = |(act, _)| (act, 1_000 * SECOND);
        let (by_task, by_thread) = paused(both(config, script.into_iter().map(far).collect()));
        let seen = |trace: &Trace| -> Vec<_> {
            trace.answers.iter().map(|(answer, _, calls)| (answer.clone(), *calls)).collect()
        };
        prop_assert_eq!(seen(&by_task), seen(&by_thread));
        for count in ["calls", "attempts", "retries", "successes", "failures", "ignored", "rejected"] {
            let of = |trace: &Trace| trace.books["services"][0]["methods"][0][count].clone();
            prop_assert_eq!(of(&by_task), of(&by_thread), "{}", count);
        }
    }
}
