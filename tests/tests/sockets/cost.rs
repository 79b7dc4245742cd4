//! What is timed, beside the reference document's figures. Not a part of `cargo test`: `scripts/load` runs it, optimized
//! and alone, and fails only where a figure is beyond the document's.

use std::{
    env,
    future::ready,
    hint::black_box,
    time::{Duration, Instant},
};

use cpu_time::ProcessTime;
use resilient_runtime::Registry;
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

use super::{AT_ONCE, Mode, RECOVERS_WITHIN, Scene};
use crate::client::{Http, HttpError, Items, ResilientItems};

/// Calls in a second, where processor time is measured.
const PACE: u32 = 1_000;
/// Rounds with and without the decorator, in turn: of each pair the difference counts, and of all pairs the median.
const PAIRS: usize = 7;

/// A service in memory, so that nothing but the call itself costs.
#[derive(Debug, Clone)]
struct Ready;

impl Items for Ready {
    fn price(&self, item: u64) -> impl Future<Output = Result<u64, HttpError>> + Send {
        ready(Ok(item * 10))
    }

    fn known_price(&self, item: u64) -> impl Future<Output = Result<u64, HttpError>> + Send {
        ready(Ok(item * 10))
    }
}

fn seconds() -> f64 {
    env::var("RESILIENT_LOAD_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(10.0)
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

fn percentile(of: &mut [Duration], share: f64) -> Duration {
    of.sort_unstable();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let position = ((of.len() - 1) as f64 * share) as usize;
    of[position]
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The share of one processor that so many calls in a second take, in percent, with everything around them.
async fn processor(items: &(impl Items + Clone + Send + Sync + 'static), time: Duration) -> f64 {
    const CALLERS: u32 = 10;
    let (begun, used) = (Instant::now(), ProcessTime::now());
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let items = items.clone();
        let mut due = interval(Duration::from_secs(1) * CALLERS / PACE);
        due.set_missed_tick_behavior(MissedTickBehavior::Burst);
        callers.spawn(async move {
            while begun.elapsed() < time {
                due.tick().await;
                assert!(items.price(1).await.is_ok());
            }
        });
    }
    while let Some(ended) = callers.join_next().await {
        ended.expect("no panic");
    }
    used.elapsed().as_secs_f64() / begun.elapsed().as_secs_f64() * 100.0
}

/// How much more of a processor the calls take behind the decorator.
async fn added_processor<T>(bare: &T, ours: &ResilientItems<T>, time: Duration) -> f64
where
    T: Items + Clone + Send + Sync + 'static,
{
    let mut differences = Vec::new();
    for _ in 0..PAIRS {
        let without = processor(bare, time).await;
        differences.push(processor(ours, time).await - without);
    }
    median(differences)
}

/// How much longer a call takes behind the decorator, in milliseconds: the median of pairs, one call after the other.
async fn added_latency<T: Items + Sync>(
    bare: &T,
    ours: &ResilientItems<T>,
    calls: usize,
    time: Duration,
) -> f64 {
    let mut differences = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < time || differences.len() < 100 {
        let start = Instant::now();
        for item in 0..calls as u64 {
            let _ = black_box(bare.price(item).await);
        }
        let without = start.elapsed();
        let start = Instant::now();
        for item in 0..calls as u64 {
            let _ = black_box(ours.price(item).await);
        }
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        differences.push((millis(start.elapsed()) - millis(without)) / calls as f64);
    }
    median(differences)
}

/// A hundred callers at once for so long: calls in a second, and what each took.
async fn throughput(scene: &Scene, time: Duration) -> (f64, Vec<Duration>) {
    let mut callers = JoinSet::new();
    let begun = Instant::now();
    for item in 0..AT_ONCE {
        let items = scene.items.clone();
        callers.spawn(async move {
            let mut times = Vec::new();
            while begun.elapsed() < time {
                let start = Instant::now();
                assert!(items.price(item).await.is_ok());
                times.push(start.elapsed());
            }
            times
        });
    }
    let mut times = Vec::new();
    while let Some(ended) = callers.join_next().await {
        times.extend(ended.expect("no panic"));
    }
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let rate = times.len() as f64 / begun.elapsed().as_secs_f64();
    (rate, times)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_figures_of_the_document_hold() {
    let time = Duration::from_secs_f64(seconds());
    let mut scene = Scene::begin().await;
    let bare = Http::new(scene.server.url());

    let (rate, mut times) = throughput(&scene, time / 4).await;
    let (half, most) = (percentile(&mut times, 0.5), percentile(&mut times, 0.99));
    let latency = added_latency(&bare, &scene.items, 1, time / 8).await;
    let registry = Registry::builder().seed(1).build().expect("valid");
    let in_memory = ResilientItems::with_registry(Ready, &registry);
    let latency_alone = added_latency(&Ready, &in_memory, 1_000, time / 8).await;
    let round = time / 4 / u32::try_from(2 * PAIRS).unwrap_or(1);
    let processor = added_processor(&bare, &scene.items, round).await;
    let processor_alone = added_processor(&Ready, &in_memory, round).await;

    assert_eq!(scene.known_prices().await.live, AT_ONCE);
    scene.server.be(Mode::Flaky);
    let flaky = scene.prices().await;
    scene.server.be(Mode::Well);
    let _ = scene.recovery().await;
    scene.grow_old().await;
    scene.server.go_away().await;
    let gone = scene.known_prices().await;
    scene.server.come_back().await;
    let recovery = scene.recovery().await;

    println!("| figure | the document's | ours |");
    println!("| --- | ---: | ---: |");
    println!("| calls in a second, {AT_ONCE} at once | 50 | {rate:.0} |");
    println!(
        "| time of a call then, half of them and 99 of 100 | < 100 ms | {:.1} ms, {:.1} ms |",
        millis(half),
        millis(most)
    );
    println!(
        "| answered of {AT_ONCE} at once, three requests of ten fail | > 80 | {} |",
        flaky.answered()
    );
    println!("| answered of {AT_ONCE} at once, the server is gone | > 80 | {} |", gone.answered());
    println!(
        "| the server is back: until a call reaches it | < 30 s | {:.2} s |",
        recovery.as_secs_f64()
    );
    println!("| added to a call over HTTP | < 1 ms | {latency:.4} ms |");
    println!("| added to a call in memory | < 1 ms | {latency_alone:.5} ms |");
    println!(
        "| processor added by {PACE} calls in a second over HTTP | < 2 % | {processor:.2} % |"
    );
    println!(
        "| processor added by {PACE} calls in a second in memory | < 2 % | {processor_alone:.3} % |"
    );

    assert!(rate >= 50.0, "{rate} calls in a second");
    assert!(half < Duration::from_millis(100), "{half:?}");
    assert!(flaky.answered() > 80 && gone.answered() > 80, "{flaky:?}, {gone:?}");
    assert!(recovery < RECOVERS_WITHIN, "{recovery:?}");
    assert!(latency < 1.0 && latency_alone < 1.0, "{latency} ms, {latency_alone} ms");
    assert!(processor_alone < 2.0, "{processor_alone} %");
}
