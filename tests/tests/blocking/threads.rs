//! Where a call may block: outside of any runtime, and on every kind of thread of one. The time is real here, and so
//! short that nobody notices.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{Arc, Mutex, mpsc},
    task::Poll,
    thread,
    time::{Duration, Instant},
};

use resilient_runtime::{
    BreakerConfig, BulkheadConfig, CacheConfig, Jitter, Key, Policy, PolicyConfig, RateConfig,
    Registry, RetryConfig, State, TimeoutConfig, TimeoutScope,
};
use resilient_tests::double::{Act, Double, Fault, pass};
use tokio::{
    runtime::Builder,
    task::{coop::has_budget_remaining, spawn_blocking},
};

use super::{Answer, MILLI, SECOND, books, get, on_a_thread, policy, scope, snapshot, spin_until};

/// Waits twice for a retry, for 3 ms, and four times for a token, for 2 ms each.
fn waits(clock: impl Fn() -> Duration) {
    let config = PolicyConfig::new()
        .retry(RetryConfig::new().max(3).base(MILLI).backoff(2.0).jitter(Jitter::None).budget_off())
        .rate(RateConfig::new().limit(500.0).burst(1))
        .timeout(TimeoutConfig::new().attempt(60 * SECOND).call(600 * SECOND))
        .bulkhead(BulkheadConfig::new().max(1).wait(SECOND));
    let policy = policy(config);
    let (start, double) = (clock(), Double::failing(2));
    assert_eq!(get(&policy, &double), Ok(3));
    assert_eq!(get(&policy, &double), Ok(4));
    assert_eq!(get(&policy, &double), Ok(5));
    assert_eq!((double.calls(), books(&policy).retries), (5, 2));
    assert!(clock() - start >= 8 * MILLI, "five tokens");
}

/// By the system's clock.
fn waits_by_the_system() {
    let start = Instant::now();
    waits(|| start.elapsed());
}

#[test]
fn outside_of_any_runtime() {
    waits_by_the_system();
    let policy = policy(PolicyConfig::new().timeout(TimeoutConfig::new().attempt(MILLI)));
    let late = Double::playing([Act::Slow(2 * MILLI)]);
    assert_eq!(scope(get(&policy, &late)), Some(TimeoutScope::Attempt));
}

#[test]
fn threads_outside_of_any_runtime_stand_in_line() {
    let policy = policy(
        PolicyConfig::new()
            .bulkhead(BulkheadConfig::new().max(2).wait(60 * SECOND))
            .rate(RateConfig::new().limit(1_000.0).burst(1).wait(60 * SECOND)),
    );
    let double = Double::default();
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..5 {
                    assert!(get(&policy, &double).is_ok());
                }
            });
        }
    });
    assert_eq!((double.calls(), books(&policy).successes), (40, 40));
    assert!(start.elapsed() >= 39 * MILLI);
    assert_eq!(snapshot(&policy).bulkhead.expect("on").active, 0);
}

#[tokio::test]
async fn on_the_only_thread_of_a_runtime() {
    waits_by_the_system();
    tokio::spawn(async { waits_by_the_system() }).await.expect("no panic");
}

/// Nobody else can move the clock, so it stands still, and the system's time passes.
#[tokio::test(start_paused = true)]
async fn on_the_only_thread_of_a_runtime_whose_clock_is_paused() {
    let (start, paused) = (Instant::now(), tokio::time::Instant::now());
    let retry = RetryConfig::new().max(3).base(MILLI).jitter(Jitter::None);
    let config = PolicyConfig::new().retry(retry).rate(RateConfig::new().limit(500.0).burst(1));
    let policy = policy(config);
    assert_eq!(get(&policy, &Double::failing(2)), Ok(3));
    assert!(start.elapsed() >= 3 * MILLI);
    assert_eq!(paused.elapsed(), Duration::ZERO);
    spawn_blocking(waits_by_the_system).await.expect("no panic");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn on_a_worker_and_on_a_thread_that_is_there_for_it() {
    tokio::spawn(async { waits_by_the_system() }).await.expect("no panic");
    tokio::spawn(async { tokio::task::block_in_place(waits_by_the_system) })
        .await
        .expect("no panic");
    spawn_blocking(waits_by_the_system).await.expect("no panic");
}

#[test]
fn in_a_runtime_without_time_and_in_one_that_is_gone() {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async { waits_by_the_system() });
    let handle = runtime.handle().clone();
    drop(runtime);
    let _entered = handle.enter();
    waits_by_the_system();
}

/// A task that has had its turn is told to come back later by whatever it polls; a thread that blocks cannot.
#[tokio::test]
async fn in_a_task_that_has_used_up_its_cooperative_budget() {
    let policy = policy(
        PolicyConfig::new()
            .cache(CacheConfig::new().memory(60 * SECOND))
            .retry(RetryConfig::new().base(MILLI)),
    );
    let double = Double::failing(1);
    let (lead, leads) = mpsc::channel();
    let leader = {
        let (policy, double) = (policy.clone(), double.clone());
        super::thread(move || {
            policy.call_cached_blocking(Key::new(), || {
                let _ = lead.send(());
                spin_until(|| books(&policy).calls == 2);
                double.answer_blocking()
            })
        })
    };
    leads.recv().expect("it leads");
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let follower = poll_fn(|cx| {
        while has_budget_remaining() {
            sender.send(()).expect("it is open");
            assert!(pin!(receiver.recv()).poll(cx).is_ready());
        }
        Poll::Ready(policy.call_cached_blocking(Key::new(), || double.answer_blocking()))
    });
    assert_eq!((follower.await, double.calls()), (Ok(2), 2));
    assert_eq!(leader.join().expect("no panic"), Ok(2));
}

/// A thread may be parked by its owner, who must not miss what was meant to wake it.
#[test]
fn a_wait_takes_no_token_of_the_threads_parking() {
    thread::current().unpark();
    waits_by_the_system();
    thread::park();
}

#[tokio::test(start_paused = true)]
async fn a_listener_that_is_told_while_a_call_is_admitted_may_block_in_its_turn() {
    let registry = Registry::builder().seed(1).build().expect("valid");
    let build = |name: &str, config| {
        Policy::builder(name).registry(&registry).config(config).build().expect("valid")
    };
    let retry = RetryConfig::new().max(3).base(SECOND).backoff(2.0).jitter(Jitter::None);
    let alarm = build("alarm", PolicyConfig::new().retry(retry));
    let api = build(
        "api",
        PolicyConfig::new()
            .breaker(BreakerConfig::new().threshold(1).recovery(SECOND))
            .rate(RateConfig::new().limit(0.1).burst(1).wait(60 * SECOND)),
    );
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = {
        let told = Arc::clone(&told);
        move |transition: &resilient_runtime::BreakerTransition| {
            let double = Double::failing(2);
            let answer: Answer = get(&alarm, &double);
            told.lock().expect("no panic").push((transition.to, answer));
        }
    };
    api.service().breaker().expect("on").subscribe(listener).forever();
    on_a_thread(move || {
        let start = tokio::time::Instant::now();
        assert_eq!(get(&api, &Double::failing(1)), Err(Fault::Down));
        assert_eq!(start.elapsed(), 3 * SECOND, "the listener's two retries");
        pass(SECOND);
        // Half-open: told while it is admitted. Then it waits for its token, and asks the breaker again.
        assert_eq!(get(&api, &Double::default()), Ok(1));
        assert_eq!(
            start.elapsed(),
            (10 + 3) * SECOND,
            "the token, and the listener that is told last"
        );
        assert_eq!(snapshot(&api).breaker.map(|breaker| breaker.state), Some(State::Closed));
    })
    .await;
    let told = told.lock().expect("no panic");
    let expected = [State::Open, State::HalfOpen, State::Closed].map(|state| (state, Ok(3)));
    assert_eq!(*told, expected);
}
