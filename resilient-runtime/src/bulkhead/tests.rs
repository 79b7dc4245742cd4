use std::{
    future::{Future as _, poll_fn},
    pin::pin,
    sync::{Arc, Mutex},
    task::Poll,
    time::Duration,
};

use rand::{SeedableRng, rngs::SmallRng};
use resilient_policy::{BulkheadConfig, LimitAlgorithm};

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn bulkhead(config: BulkheadConfig) -> Bulkhead {
    Bulkhead::new(config.settings(), SmallRng::seed_from_u64(7))
}

fn place(bulkhead: &Bulkhead) -> Place<'_> {
    match bulkhead.ask(Moment::now(), None) {
        Ok(Entry::Place(place)) => place,
        other => panic!("{other:?}"),
    }
}

fn waiting(bulkhead: &Bulkhead, deadline: Option<Moment>) -> Waiting<'_> {
    match bulkhead.ask(Moment::now(), deadline) {
        Ok(Entry::Queued(waiting)) => waiting,
        other => panic!("{other:?}"),
    }
}

fn refusal(bulkhead: &Bulkhead, deadline: Option<Moment>) -> BulkheadFullReason {
    bulkhead.ask(Moment::now(), deadline).expect_err("full")
}

async fn enter(bulkhead: &Bulkhead) -> Result<Place<'_>, BulkheadFullReason> {
    match bulkhead.ask(Moment::now(), None)? {
        Entry::Place(place) => Ok(place),
        Entry::Queued(waiting) => waiting.place().await,
    }
}

/// Lets the other tasks run until so many wait.
async fn until_queued(bulkhead: &Bulkhead, count: usize) {
    for _ in 0..10_000 {
        if usize::try_from(bulkhead.snapshot().queued) == Ok(count) {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{bulkhead:?}");
}

/// A thousand calls that stay for a second each, one at a time; those of them that `keep` says.
async fn served(keep: impl Fn(u32) -> bool) -> (Vec<(u32, u64)>, BulkheadSnapshot) {
    let bulkhead = bulkhead(BulkheadConfig::new().max(1).wait(2_000 * SECOND).queue(1_000));
    let held = place(&bulkhead);
    let start = tokio::time::Instant::now();
    let served = Arc::new(Mutex::new(Vec::new()));
    let tasks: Vec<_> = (0..1_000)
        .map(|number| {
            let (bulkhead, served) = (bulkhead.clone(), Arc::clone(&served));
            tokio::spawn(async move {
                let _place = enter(&bulkhead).await.expect("in time");
                served.lock().expect("no panic").push((number, start.elapsed().as_secs()));
                tokio::time::sleep(SECOND).await;
            })
        })
        .collect();
    until_queued(&bulkhead, 1_000).await;
    assert_eq!(refusal(&bulkhead, None), BulkheadFullReason::QueueFull);
    for (number, task) in (0..).zip(&tasks) {
        if !keep(number) {
            task.abort();
        }
    }
    let kept = (0..1_000).filter(|number| keep(*number)).count();
    until_queued(&bulkhead, kept).await;
    drop(held);
    for task in tasks {
        let _ = task.await;
    }
    let served = std::mem::take(&mut *served.lock().expect("no panic"));
    (served, bulkhead.snapshot())
}

#[tokio::test(start_paused = true)]
async fn waiters_are_served_in_order_one_for_each_place_that_comes_free() {
    let (served, snapshot) = served(|_| true).await;
    assert_eq!(served, (0..1_000).map(|n| (n, u64::from(n))).collect::<Vec<_>>());
    assert_eq!((snapshot.active, snapshot.queued, snapshot.waited), (0, 0, 1_000));
}

#[tokio::test(start_paused = true)]
async fn dropped_waiters_leave_no_gap() {
    let (served, snapshot) = served(|n| n % 2 == 1).await;
    assert_eq!(served, (0..500).map(|n| (n * 2 + 1, u64::from(n))).collect::<Vec<_>>());
    assert_eq!((snapshot.active, snapshot.queued, snapshot.waited), (0, 0, 1_000));
    assert_eq!(snapshot.rejected.total(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_frees_its_place_at_once() {
    let bulkhead = bulkhead(BulkheadConfig::new().max(1));
    let held = place(&bulkhead);
    assert_eq!(refusal(&bulkhead, None), BulkheadFullReason::Busy);
    drop(held);
    drop(place(&bulkhead));
    assert_eq!(bulkhead.snapshot().available, 1);
}

#[tokio::test(start_paused = true)]
async fn the_wait_and_the_deadline_are_told_apart() {
    let bulkhead = bulkhead(BulkheadConfig::new().max(1).wait(5 * SECOND).queue(2));
    let _held = place(&bulkhead);
    let start = Moment::now();
    let after = |waited: u32| Moment::now().since(start) == waited * SECOND;

    let refused = waiting(&bulkhead, Some(start + 2 * SECOND)).place().await;
    assert_eq!(refused.expect_err("full"), BulkheadFullReason::Deadline);
    assert!(after(2));
    let refused = waiting(&bulkhead, Some(start + 60 * SECOND)).place().await;
    assert_eq!(refused.expect_err("full"), BulkheadFullReason::WaitOver);
    assert!(after(7));
    assert_eq!(refusal(&bulkhead, Some(start)), BulkheadFullReason::Deadline);
    let _line = (waiting(&bulkhead, None), waiting(&bulkhead, None));
    assert_eq!(refusal(&bulkhead, None), BulkheadFullReason::QueueFull);

    let snapshot = bulkhead.snapshot();
    let rejected = snapshot.rejected;
    assert_eq!((rejected.busy, rejected.queue_full), (0, 1));
    assert_eq!((rejected.wait_over, rejected.deadline), (1, 2));
    assert_eq!((snapshot.active, snapshot.queued, snapshot.waited), (1, 2, 4));
}

#[tokio::test(start_paused = true)]
async fn nobody_overtakes_those_who_wait() {
    let bulkhead = bulkhead(BulkheadConfig::new().max(1).wait(5 * SECOND));
    let held = place(&bulkhead);
    let first = waiting(&bulkhead, None);
    drop(held);
    // The place is the first one's, though it does not know yet.
    let second = waiting(&bulkhead, None);
    assert_eq!(bulkhead.snapshot().available, 0);
    drop(first);
    drop(second.place().await.expect("handed on"));
    assert_eq!(bulkhead.snapshot().active, 0);
}

#[tokio::test(start_paused = true)]
async fn a_place_that_came_in_time_is_taken_even_when_it_is_noticed_late() {
    let bulkhead = bulkhead(BulkheadConfig::new().max(1).wait(SECOND));
    let held = place(&bulkhead);
    let waiting = waiting(&bulkhead, None);
    drop(held);
    tokio::time::advance(60 * SECOND).await;
    assert!(waiting.place().await.is_ok());
    assert_eq!(bulkhead.snapshot().rejected.total(), 0);
}

/// Ends a window of ten samples, all alike, in a second of its own.
fn window(place: &Place<'_>, number: u32, sample: Sample) {
    for _ in 0..10 {
        place.sample(sample, Moment::at(number * 2 * SECOND));
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_grows_lets_waiters_in_and_one_that_shrinks_lets_calls_end() {
    let config = BulkheadConfig::new().adaptive(LimitAlgorithm::Vegas).initial(1).max(100);
    let bulkhead = bulkhead(config.wait(60 * SECOND));
    let held = place(&bulkhead);
    let mut line: Vec<_> = (0..10).map(|_| Box::pin(waiting(&bulkhead, None).place())).collect();
    for number in 0..4 {
        window(&held, number, Sample::Answer(SECOND / 100));
        let snapshot = bulkhead.snapshot();
        if snapshot.limit > 1 {
            break;
        }
    }
    let snapshot = bulkhead.snapshot();
    assert_eq!((snapshot.limit, snapshot.active, snapshot.queued), (7, 7, 4));
    let mut places = Vec::new();
    for waiter in line.drain(..6) {
        places.push(waiter.await.expect("let in"));
    }

    for number in 10..14 {
        window(&held, number, Sample::Overload);
    }
    let limit = bulkhead.snapshot().limit;
    assert!(limit < 5, "{limit}");
    // Calls end until fewer are under way than the limit allows: only then is the next let in.
    while bulkhead.snapshot().active > limit {
        places.pop();
        assert_eq!(bulkhead.snapshot().queued, 4);
    }
    places.pop();
    let snapshot = bulkhead.snapshot();
    assert_eq!((snapshot.active, snapshot.queued, snapshot.available), (limit, 3, 0));
    drop((places, held, line));
    let snapshot = bulkhead.snapshot();
    assert_eq!((snapshot.active, snapshot.queued, snapshot.available), (0, 0, limit));
}

#[tokio::test(start_paused = true)]
async fn a_fixed_limit_learns_nothing() {
    let bulkhead = bulkhead(BulkheadConfig::new().max(3));
    for number in 0..20 {
        window(&place(&bulkhead), number, Sample::Overload);
    }
    place(&bulkhead).sample(Sample::Overload, Moment::now());
    let snapshot = bulkhead.snapshot();
    assert_eq!((snapshot.limit, snapshot.min, snapshot.available), (3, 3, 3));
}

#[test]
fn no_more_than_the_limit_on_many_threads() {
    let bulkhead = bulkhead(BulkheadConfig::new().max(3));
    let most = std::sync::atomic::AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..2_000 {
                    if let Ok(Entry::Place(_place)) = bulkhead.ask(Moment::FIRST, None) {
                        most.fetch_max(
                            bulkhead.snapshot().active,
                            std::sync::atomic::Ordering::Relaxed,
                        );
                    }
                }
            });
        }
    });
    assert!((1..=3).contains(&most.into_inner()));
    assert_eq!(bulkhead.snapshot().active, 0);
}

#[tokio::test]
async fn waiters_on_many_threads_all_get_their_place() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_time().build();
    let runtime = runtime.expect("a runtime");
    let bulkhead = bulkhead(BulkheadConfig::new().max(2).wait(600 * SECOND).queue(1_000));
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let bulkhead = bulkhead.clone();
            runtime.spawn(async move {
                for turn in 0..50 {
                    let mut entering = pin!(enter(&bulkhead));
                    // Some are dropped after one look, in whatever state they are then.
                    if (number + turn) % 3 == 0 {
                        let look = poll_fn(|cx| Poll::Ready(entering.as_mut().poll(cx).is_ready()));
                        look.await;
                    } else {
                        let place = entering.await.expect("in time");
                        assert!(bulkhead.snapshot().active <= 2);
                        tokio::task::yield_now().await;
                        drop(place);
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic");
    }
    let snapshot = bulkhead.snapshot();
    assert_eq!((snapshot.active, snapshot.queued, snapshot.available), (0, 0, 2));
    assert_eq!(snapshot.rejected.total(), 0);
    runtime.shutdown_background();
}
