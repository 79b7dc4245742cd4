//! The cache between threads, and between threads and tasks.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    pin::pin,
    sync::mpsc,
    thread,
};

use resilient_runtime::{
    CacheConfig, Key, Policy, PolicyConfig, Provenance, Registry, TimeoutConfig, TimeoutScope,
    fallible, storable, traced_blocking, warm_blocking,
};
use resilient_tests::{
    double::{Act, Double, Fault, pass},
    poll_once,
};
use tokio::runtime::Builder;

use super::{Answer, SECOND, books, on_a_thread, policy, scope, spin_until, until};

fn minute() -> PolicyConfig {
    PolicyConfig::new().cache(CacheConfig::new().memory(60 * SECOND))
}

fn key() -> Key {
    Key::new().part("key")
}

fn cached(policy: &Policy, double: &Double) -> Answer {
    policy.call_cached_blocking(key(), || double.answer_blocking())
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_served_until_it_expires() {
    on_a_thread(|| {
        let (policy, double) = (policy(minute()), Double::default());
        let ask = || traced_blocking(|| cached(&policy, &double));
        let (answer, provenance) = ask();
        assert_eq!(answer, Ok(1));
        assert!(matches!(provenance, Provenance::Live { attempts: 1, .. }));
        pass(59 * SECOND);
        let (answer, provenance) = ask();
        assert_eq!(answer, Ok(1));
        assert!(matches!(provenance, Provenance::Memory { age, .. } if age == 59 * SECOND));
        pass(SECOND);
        assert_eq!((ask().0, double.calls()), (Ok(2), 2));
        policy.invalidate(&key());
        assert_eq!((ask().0, double.calls()), (Ok(3), 3));
        let books = books(&policy);
        assert_eq!((books.memory_hits, books.cache_misses), (1, 3));
        let untouched = policy.call_traced_blocking(|| Ok::<_, Fault>(9));
        assert!(matches!(untouched, (Ok(9), Provenance::Live { attempts: 1, .. })));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_expired_answer_is_served_for_a_call_that_failed_and_not_to_one_that_warms() {
    on_a_thread(|| {
        let cache = CacheConfig::new().memory(SECOND).stale(60 * SECOND);
        let policy = policy(PolicyConfig::new().cache(cache));
        let double = Double::playing([
            Act::Answer,
            Act::Fail(Fault::Down),
            Act::Fail(Fault::Down),
            Act::Fail(Fault::Wrong),
        ]);
        assert_eq!(cached(&policy, &double), Ok(1));
        pass(SECOND);
        let (answer, provenance) = traced_blocking(|| cached(&policy, &double));
        assert_eq!(answer, Ok(1));
        assert!(matches!(provenance, Provenance::Stale { age, .. } if age == SECOND));
        assert_eq!(warm_blocking(|| cached(&policy, &double)), Err(Fault::Down));
        assert_eq!(cached(&policy, &double), Err(Fault::Wrong), "a no of the service is newer");
        assert_eq!(warm_blocking(|| cached(&policy, &double)), Ok(5));
        assert_eq!((cached(&policy, &double), double.calls()), (Ok(5), 5));
        let fallback = policy
            .with(fallible::<Answer>())
            .cached(storable::<Answer>(), Key::new().part("other"))
            .call_or_blocking(|| Err(Fault::Down), |failure| Ok(failure.attempts));
        assert_eq!(fallback, Ok(1));
    })
    .await;
}

#[test]
fn of_many_threads_one_loads() {
    const THREADS: u64 = 8;
    let (policy, double) = (policy(minute()), Double::default());
    thread::scope(|scope| {
        let ask = || {
            policy.call_cached_blocking(key(), || {
                spin_until(|| books(&policy).calls == THREADS);
                double.answer_blocking()
            })
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(ask)).collect();
        for thread in threads {
            assert_eq!(thread.join().expect("no panic"), Ok(1));
        }
    });
    let books = books(&policy);
    assert_eq!((double.calls(), books.successes), (1, THREADS));
    assert_eq!(books.coalesced + books.memory_hits, THREADS - 1);
}

#[test]
fn a_leader_that_panics_holds_no_thread_up() {
    const THREADS: u64 = 8;
    let (policy, double) = (policy(minute()), Double::default());
    thread::scope(|scope| {
        let ask = || {
            let call = || {
                policy.call_cached_blocking(key(), || {
                    spin_until(|| books(&policy).calls == THREADS);
                    let number = double.answer_blocking()?;
                    assert!(number > 1, "the first one panics");
                    Ok::<_, Fault>(number)
                })
            };
            catch_unwind(AssertUnwindSafe(call)).ok()
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(ask)).collect();
        let answers: Vec<_> =
            threads.into_iter().map(|thread| thread.join().expect("caught")).collect();
        assert_eq!(answers.iter().filter(|answer| answer.is_none()).count(), 1);
        assert!(answers.iter().flatten().all(|answer| *answer == Ok(2)), "{answers:?}");
    });
    assert_eq!((double.calls(), books(&policy).cancelled), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn threads_wait_for_what_a_task_loads_and_tasks_for_a_thread() {
    let (policy, double) = (policy(minute()), Double::default());
    let load = async || {
        let operation = async || {
            until(|| books(&policy).calls == 2).await;
            double.answer().await
        };
        policy.call_cached(key(), operation).await
    };
    let mut leader = pin!(load());
    assert!(poll_once(leader.as_mut()).is_pending());
    let (follower, same) = (policy.clone(), double.clone());
    let follower = on_a_thread(move || cached(&follower, &same));
    let (first, second) = tokio::join!(leader, follower);
    assert_eq!((first, second, double.calls()), (Ok(1), Ok(1), 1));
    assert_eq!(books(&policy).coalesced + books(&policy).memory_hits, 1, "it may have come late");
    let coalesced = books(&policy).coalesced;

    policy.invalidate(&key());
    let (open, gate) = mpsc::channel::<()>();
    let (leader, same) = (policy.clone(), double.clone());
    let leader = on_a_thread(move || {
        leader.call_cached_blocking(key(), || {
            gate.recv().expect("it opens");
            same.answer_blocking()
        })
    });
    let mut leader = pin!(leader);
    assert!(poll_once(leader.as_mut()).is_pending());
    until(|| books(&policy).cache_misses == 2).await;
    let mut follower = pin!(load());
    assert!(poll_once(follower.as_mut()).is_pending(), "it waits for the thread");
    open.send(()).expect("it waits");
    assert_eq!((follower.await, leader.await, double.calls()), (Ok(2), Ok(2), 2));
    assert_eq!(books(&policy).coalesced, coalesced + 1);
}

/// The task that leads can go on only on the thread that would wait for it.
#[tokio::test(start_paused = true)]
async fn a_thread_does_not_wait_for_its_own_task() {
    let (policy, double) = (policy(minute()), Double::playing([Act::Slow(SECOND), Act::Answer]));
    let mut leader = pin!(policy.call_cached(key(), async || double.answer().await));
    assert!(poll_once(leader.as_mut()).is_pending());
    assert_eq!(cached(&policy, &double), Ok(2));
    assert_eq!((leader.await, double.calls()), (Ok(1), 2));

    policy.invalidate_all();
    let inside = policy.call_cached_blocking(key(), || cached(&policy, &double));
    assert_eq!((inside, double.calls()), (Ok(3), 3), "nor for itself");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_load_past_the_deadline() {
    let policy = policy(minute().timeout(TimeoutConfig::new().call(2 * SECOND)));
    let double = Double::default();
    let (open, gate) = mpsc::channel::<()>();
    let leader = policy.clone();
    let leader = super::thread(move || {
        leader.call_cached_blocking(key(), || {
            gate.recv().expect("it opens");
            Ok::<u32, Fault>(1)
        })
    });
    until(|| books(&policy).cache_misses == 1).await;
    let (follower, same) = (policy.clone(), double.clone());
    let (answer, waited) = on_a_thread(move || {
        let start = tokio::time::Instant::now();
        (cached(&follower, &same), start.elapsed())
    })
    .await;
    assert_eq!((scope(answer), waited), (Some(TimeoutScope::Call), 2 * SECOND));
    assert_eq!(double.calls(), 0);
    open.send(()).expect("it waits");
    drop(leader.join());
}

#[test]
fn the_disk_is_read_without_a_runtime() {
    let directory = tempfile::tempdir().expect("a directory");
    let policy = |directory: &Path| {
        let registry = Registry::builder().cache_dir(directory).build().expect("usable");
        let cache = CacheConfig::new().memory(60 * SECOND).disk(600 * SECOND).stale(600 * SECOND);
        let policy = Policy::builder("api").registry(&registry).cache(cache).build();
        (registry, policy.expect("valid"))
    };
    let double = Double::default();
    let (registry, first) = policy(directory.path());
    assert_eq!(cached(&first, &double), Ok(1));
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(registry.flush());
    let (_registry, second) = policy(directory.path());
    let (answer, provenance) = traced_blocking(|| cached(&second, &double));
    assert!(matches!((answer, provenance), (Ok(1), Provenance::Disk { .. })));
    let (answer, provenance) = traced_blocking(|| cached(&second, &double));
    assert!(matches!((answer, provenance), (Ok(1), Provenance::Memory { .. })));
    assert_eq!(double.calls(), 1);
}
