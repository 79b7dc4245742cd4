use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use resilient_runtime::{Registry, resilient, warm};
use resilient_tests::{
    api, books, decorated as made,
    double::{Act, Double, Fault},
};
use tokio::{
    task::yield_now,
    time::{Instant, advance, sleep},
};

use super::{HOUR, MINUTE, SECOND, seen};

#[resilient(cache(memory = "1h", refresh = "1m", background), timeout = "1m")]
trait Api {
    async fn get(&self, key: &str, page: u32) -> Result<u32, Fault>;
}

impl Api for Double {
    async fn get(&self, key: &str, page: u32) -> Result<u32, Fault> {
        assert_eq!((key, page), ("a", 3));
        self.answer().await
    }
}

fn decorated(acts: impl IntoIterator<Item = Act>) -> ResilientApi<Double> {
    ResilientApi::with_registry(Double::playing(acts), &Registry::new())
}

const SLOW: Act = Act::Slow(SECOND);

#[tokio::test(start_paused = true)]
async fn nobody_waits_and_one_task_loads() {
    let api = decorated([Act::Answer, SLOW]);
    assert_eq!(api.get("a", 3).await, Ok(1));
    advance(MINUTE).await;
    let start = Instant::now();
    for _ in 0..10 {
        assert_eq!(seen(api.get("a", 3)).await, (Ok(1), "memory", MINUTE));
        yield_now().await;
    }
    assert_eq!((start.elapsed(), api.inner().calls()), (Duration::ZERO, 2));
    sleep(2 * SECOND).await;
    assert_eq!(seen(api.get("a", 3)).await, (Ok(2), "memory", SECOND));

    let books = api.service().method("get").expect("declared").snapshot();
    assert_eq!((books.cache.refreshes, books.attempts), (1, 2));
    assert_eq!(
        (books.calls, books.successes, books.memory_hits),
        (13, 13, 11),
        "the task's call counts too"
    );
}

#[tokio::test(start_paused = true)]
async fn a_task_that_fails_leaves_what_is_there_and_another_one_tries_later() {
    let api = decorated([Act::Answer, Act::Fail(Fault::Down), Act::Answer]);
    assert_eq!(api.get("a", 3).await, Ok(1));
    advance(MINUTE).await;
    for calls in [2, 2, 2] {
        assert_eq!(api.get("a", 3).await, Ok(1));
        yield_now().await;
        assert_eq!(api.inner().calls(), calls, "not at once again");
    }
    advance(MINUTE / 10).await;
    assert_eq!(api.get("a", 3).await, Ok(1));
    yield_now().await;
    assert_eq!(seen(api.get("a", 3)).await, (Ok(3), "memory", Duration::ZERO));
    let books = books!(api);
    assert_eq!((books.memory_hits, books.failures), (5, 1), "a task that fails serves nobody");
}

#[derive(Clone)]
struct Panics(Double);
impl Api for Panics {
    async fn get(&self, key: &str, page: u32) -> Result<u32, Fault> {
        assert!(self.0.calls() != 1, "the second call panics");
        self.0.get(key, page).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_that_panics_gives_the_load_back() {
    let double = Double::default();
    let api = ResilientApi::with_registry(Panics(double.clone()), &Registry::new());
    assert_eq!(api.get("a", 3).await, Ok(1));
    advance(MINUTE).await;
    assert_eq!(api.get("a", 3).await, Ok(1));
    yield_now().await;
    // Called by hand, so that the next one does not panic.
    assert_eq!(double.answer().await, Ok(2));
    assert_eq!(api.get("a", 3).await, Ok(1), "the lead came back");
    yield_now().await;
    assert_eq!(api.get("a", 3).await, Ok(3));
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_ends_takes_its_tasks_along_and_the_next_caller_refreshes() {
    let api = decorated([Act::Answer, Act::Hang, Act::Answer]);
    assert_eq!(api.get("a", 3).await, Ok(1));
    advance(MINUTE).await;
    let other = std::thread::spawn({
        let api = api.clone();
        let at = Instant::now();
        move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                // Its clock stands where it was made.
                advance(at.saturating_duration_since(Instant::now())).await;
                assert_eq!(api.get("a", 3).await, Ok(1));
                yield_now().await;
            });
        }
    });
    other.join().expect("no panic");
    assert_eq!(api.inner().calls(), 2, "the task of the other runtime began, and hung");
    assert_eq!(api.get("a", 3).await, Ok(1));
    yield_now().await;
    assert_eq!(api.inner().calls(), 3, "nobody leads any more");
}

#[tokio::test(start_paused = true)]
async fn warming_waits_for_the_answer_and_what_has_expired_is_waited_for() {
    let api = decorated([Act::Answer, SLOW, SLOW]);
    assert_eq!(api.get("a", 3).await, Ok(1));
    advance(MINUTE).await;
    assert_eq!(warm(api.get("a", 3)).await, Ok(2), "whoever warms wants it done");
    advance(HOUR).await;
    assert_eq!(seen(api.get("a", 3)).await.0, Ok(3));
}

#[tokio::test(start_paused = true)]
async fn nobody_is_there_for_a_fallback() {
    api!(cache(memory = "5m", refresh = "4m", background), timeout = "2m", fallback(value = 100));
    let api = made!(Double::playing([Act::Answer, Act::Hang]));
    assert_eq!(api.get().await, Ok(1));
    advance(4 * MINUTE).await;
    assert_eq!(api.get().await, Ok(1));
    sleep(3 * MINUTE).await;
    let books = books!(api);
    assert_eq!((api.inner().calls(), books.calls, books.failures, books.fallbacks), (2, 3, 1, 0));
}

fn is_first(number: &u32) -> bool {
    *number == 1
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_kept_is_not_loaded_again_at_once() {
    api!(cache(memory = "5m", refresh = "4m", background, cache_if = is_first));
    let api = made!(Double::default());
    assert_eq!(api.get().await, Ok(1));
    advance(4 * MINUTE).await;
    for calls in [2, 2, 2] {
        assert_eq!(api.get().await, Ok(1));
        yield_now().await;
        assert_eq!(api.inner().calls(), calls, "nobody has seen the second answer");
    }
    advance(24 * SECOND).await;
    assert_eq!(api.get().await, Ok(1));
    yield_now().await;
    assert_eq!(api.inner().calls(), 3);
}

/// An argument that is never the same twice, but is again after that.
#[derive(Clone)]
struct Fickle;

impl serde::Serialize for Fickle {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        static TIMES: AtomicU32 = AtomicU32::new(0);
        serializer.serialize_u32(TIMES.fetch_add(1, Ordering::SeqCst) % 2)
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_whose_key_is_another_one_loads_that_and_begins_no_further_task() {
    #[resilient(cache(memory = "1h", refresh = "1m", background))]
    trait Odd {
        async fn odd(&self, of: &Fickle) -> Result<u32, Fault>;
    }
    impl Odd for Double {
        async fn odd(&self, _: &Fickle) -> Result<u32, Fault> {
            self.answer().await
        }
    }
    let api = ResilientOdd::with_registry(Double::default(), &Registry::new());
    assert_eq!((api.odd(&Fickle).await, api.odd(&Fickle).await), (Ok(1), Ok(2)));
    advance(MINUTE).await;
    assert_eq!(api.odd(&Fickle).await, Ok(1));
    for _ in 0..100 {
        yield_now().await;
    }
    let books = api.service().method("odd").expect("declared").snapshot();
    assert_eq!((books.calls, books.attempts), (4, 3));
    assert_eq!(api.odd(&Fickle).await, Ok(1), "it is due, and its lead came back");
    yield_now().await;
    assert_eq!(api.inner().calls(), 3);
}
