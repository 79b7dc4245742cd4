//! A hundred tasks against one service, through every policy at once, while it fails at random: nothing is lost, every
//! count adds up, and memory stays flat.
//!
//! Two seconds by default; `scripts/load` runs it for ten, and prints what came of it.

use std::{
    alloc::System,
    future::poll_fn,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    task::Poll,
    time::{Duration, Instant},
};

use resilient_runtime::{Provenance, Registry, resilient, traced};
use resilient_tests::double::Fault;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The bytes that are held.
fn held() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
}

const TASKS: u64 = 100;
/// Each task asks for all of them in turn.
const KEYS: u64 = 500;

#[resilient(
    service = "load",
    cache(memory = "50ms", capacity = 1_000),
    timeout(attempt = "200ms", call = "2s"),
    bulkhead(max = 64, wait = "1s", queue = 1_000),
    breaker(threshold = 0.6, window = 100, recovery = "20ms"),
    retry(max = 3, base = "1ms", max_delay = "5ms"),
    rate(limit = 50_000.0, wait = "1s"),
    fallback(value = Answer { key, from: 0 }),
)]
trait Load {
    async fn get(&self, key: u64) -> Result<Answer, Fault>;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Answer {
    key: u64,
    /// The number of the request that brought it; 0 for the fallback's.
    from: u64,
}

/// Is down for a tenth of the time, takes its time now and then, and counts what reaches it.
#[derive(Clone)]
struct Moody {
    requests: Arc<AtomicU64>,
    since: Instant,
}

impl Load for Moody {
    async fn get(&self, key: u64) -> Result<Answer, Fault> {
        let from = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        // A number that looks like none, from the number of the request.
        let dice = from.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58;
        let down = self.since.elapsed().as_millis() % 500 < 50;
        match dice {
            0 | 1 => tokio::time::sleep(Duration::from_millis(1)).await,
            2 | 3 => tokio::task::yield_now().await,
            4 => return Err(Fault::Busy(Duration::from_millis(1))),
            5 => return Err(Fault::Wrong),
            _ if down => return Err(Fault::Down),
            _ => {}
        }
        Ok(Answer { key, from })
    }
}

/// What the callers saw.
#[derive(Default)]
struct Seen {
    calls: AtomicU64,
    live: AtomicU64,
    memory: AtomicU64,
    fallback: AtomicU64,
    dropped: AtomicU64,
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

async fn task(api: ResilientLoad<Moody>, number: u64, seen: Arc<Seen>, until: Instant) {
    for round in number.. {
        if Instant::now() >= until {
            return;
        }
        let key = round % KEYS;
        count(&seen.calls);
        let call = traced(api.get(key));
        let ended = if round % 97 == 0 {
            // A caller that loses patience.
            tokio::time::timeout(Duration::from_micros(1), call).await.ok()
        } else {
            Some(call.await)
        };
        let Some((answer, provenance)) = ended else {
            count(&seen.dropped);
            continue;
        };
        let answer = answer.expect("the fallback answers what the service does not");
        assert_eq!(answer.key, key, "nobody gets another key's answer");
        assert_eq!(answer.from == 0, matches!(provenance, Provenance::Fallback { .. }));
        match provenance {
            Provenance::Live { .. } => count(&seen.live),
            Provenance::Memory { .. } => count(&seen.memory),
            Provenance::Fallback { .. } => count(&seen.fallback),
            other => panic!("{other}"),
        }
    }
}

/// Runs the tasks for so long; returns how many bytes are held when all have ended.
fn run(api: &ResilientLoad<Moody>, seen: &Arc<Seen>, time: Duration) -> usize {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build();
    let runtime = runtime.expect("a runtime");
    let until = Instant::now() + time;
    runtime.block_on(async {
        let tasks: Vec<_> = (0..TASKS)
            .map(|number| tokio::spawn(task(api.clone(), number, Arc::clone(seen), until)))
            .collect();
        for task in tasks {
            task.await.expect("no panic");
        }
    });
    drop(runtime);
    held()
}

#[test]
fn nothing_is_lost_and_memory_stays_flat() {
    let seconds = std::env::var("RESILIENT_LOAD_SECONDS").ok().and_then(|text| text.parse().ok());
    let time = Duration::from_secs(seconds.unwrap_or(2));
    let registry = Registry::builder().seed(1).build().expect("valid");
    let moody = Moody { requests: Arc::default(), since: Instant::now() };
    let api = ResilientLoad::with_registry(moody.clone(), &registry);
    let seen = Arc::new(Seen::default());

    let warm = run(&api, &seen, time / 4);
    let full = run(&api, &seen, time * 3 / 4);
    assert!(full < warm + 64 * 1024, "{warm} bytes after a quarter, {full} at the end");

    let service = api.service().snapshot();
    let [books] = &service.methods[..] else { panic!("one method") };
    let calls = read(&seen.calls);
    let [live, memory, fallback, dropped] =
        [&seen.live, &seen.memory, &seen.fallback, &seen.dropped].map(read);
    println!("{TASKS} tasks for {time:?}: {} calls per second", calls / time.as_secs().max(1));
    println!("{live} live, {memory} from memory, {fallback} by the fallback, {dropped} dropped");
    println!(
        "{} requests of {} attempts; {warm} bytes held, then {full}",
        read(&moody.requests),
        books.attempts
    );
    println!("{:?}, {} retries, {} ignored", books.rejected, books.retries, books.ignored);

    assert_eq!(calls, live + memory + fallback + dropped, "every call ended once");
    assert_eq!(books.calls, calls);
    assert_eq!(
        books.calls,
        books.successes + books.failures + books.ignored + books.cancelled + books.rejected.total()
    );
    assert_eq!(books.successes, live + memory);
    assert_eq!(books.memory_hits + books.coalesced, memory);
    assert_eq!((books.fallbacks, books.fallbacks_failed), (fallback, 0));
    assert_eq!(books.cancelled, dropped);
    assert!(live > 0 && memory > 0 && fallback > 0 && dropped > 0, "everything happened");

    let bulkhead = service.bulkhead.expect("declared");
    assert_eq!((bulkhead.active, bulkhead.queued), (0, 0), "every place is back");
    assert_eq!(service.rate.expect("declared").waiting, 0);
    let breaker = service.breaker.expect("declared");
    assert_eq!(breaker.probes, 0);
    assert!(breaker.openings > 0, "the bad phases opened it");
}

#[tokio::test(start_paused = true)]
async fn a_hundred_tasks_are_served_in_the_order_in_which_they_came() {
    #[resilient(
        timeout(attempt = "1s", call = "1m"),
        bulkhead(max = 100),
        breaker(threshold = 3),
        retry(max = 3),
        rate(limit = 10.0, burst = 1, wait = "1m")
    )]
    trait Line {
        async fn get(&self, number: u64) -> Result<u64, Fault>;
    }
    struct Service;
    impl Line for Service {
        async fn get(&self, number: u64) -> Result<u64, Fault> {
            Ok(number)
        }
    }

    let api = ResilientLine::with_registry(Service, &Registry::new());
    let start = tokio::time::Instant::now();
    let order = Mutex::new(Vec::new());
    let calls = (0..TASKS).map(|number| {
        let (api, order) = (&api, &order);
        async move {
            let answer = api.get(number).await.expect("good");
            order.lock().expect("no panic").push((answer, start.elapsed().as_millis() / 100));
        }
    });
    futures_join(calls).await;
    let expected: Vec<_> = (0..TASKS).map(|number| (number, number.into())).collect();
    assert_eq!(order.into_inner().expect("no panic"), expected);
}

/// Polls all of them in order until each has ended.
async fn futures_join(futures: impl Iterator<Item = impl Future<Output = ()>>) {
    let mut futures: Vec<_> = futures.map(|future| Some(Box::pin(future))).collect();
    poll_fn(|cx| {
        for slot in &mut futures {
            if slot.as_mut().is_some_and(|future| future.as_mut().poll(cx).is_ready()) {
                *slot = None;
            }
        }
        if futures.iter().all(Option::is_none) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
