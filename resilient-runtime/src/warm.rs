use std::{
    cell::Cell,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use crate::Outcome;

tokio::task_local! {
    static WARMING: Cell<bool>;
}

/// Awaits a decorated call for what it leaves in the cache: neither an expired answer nor a fallback hides that it failed.
///
/// What is fresh in the cache is not loaded again. `warm_METHOD(arguments)` of a decorator is this around the method.
///
/// ```
/// # use std::time::Duration;
/// # use resilient_runtime::{CacheConfig, Key, Policy, Rejection, warm};
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let fetch = async |item: &str| Ok::<_, Rejection>(item.len());
/// let prices = Policy::builder("prices").cache(CacheConfig::new().memory(Duration::from_secs(60))).build()?;
/// warm(prices.call_cached(Key::new().part("Divine Orb"), async || fetch("Divine Orb").await)).await?;
/// # Ok(()) }
/// ```
pub fn warm<F: Future>(call: F) -> Warm<F> {
    Warm { call, warming: true }
}

/// [`warm`] around calls that block.
///
/// ```
/// # use std::time::Duration;
/// # use resilient_runtime::{CacheConfig, Key, Policy, Rejection, warm_blocking};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let fetch = |item: &str| Ok::<_, Rejection>(item.len());
/// let prices = Policy::builder("prices").cache(CacheConfig::new().memory(Duration::from_secs(60))).build()?;
/// warm_blocking(|| prices.call_cached_blocking(Key::new().part("Divine Orb"), || fetch("Divine Orb")))?;
/// # Ok(()) }
/// ```
pub fn warm_blocking<T>(call: impl FnOnce() -> T) -> T {
    WARMING.sync_scope(Cell::new(true), call)
}

pin_project! {
    /// The future of [`warm`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Warm<F> {
        #[pin]
        call: F,
        warming: bool,
    }
}

impl<F: Future> Future for Warm<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let warming = *this.warming;
        WARMING.sync_scope(Cell::new(warming), || {
            let polled = this.call.poll(cx);
            *this.warming = WARMING.with(Cell::get);
            polled
        })
    }
}

/// Whether this call is to warm the cache. The first one that asks is: the calls that it makes in its turn are not.
pub(crate) fn begins() -> bool {
    WARMING.try_with(|warming| warming.replace(false)).unwrap_or(false)
}

/// How far [`preload`] has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[non_exhaustive]
pub struct Preload {
    /// How many keys there are.
    pub total: usize,
    /// How many answers are in the cache now.
    pub loaded: usize,
    /// How many loads have failed.
    pub failed: usize,
}

impl Preload {
    /// How many keys are done with.
    pub fn done(&self) -> usize {
        self.loaded + self.failed
    }
}

/// [Warms](warm) the cache for each of the keys, one after the other, and tells `progress` after each. One that fails does
/// not keep the others from being loaded.
///
/// ```
/// # use resilient_runtime::{Registry, Rejection, preload, resilient};
/// # #[resilient(cache = "5m")]
/// # trait ScoutApi { async fn market_data(&self, league: &str) -> Result<u32, Rejection>; }
/// # struct HttpScout;
/// # impl ScoutApi for HttpScout { async fn market_data(&self, _: &str) -> Result<u32, Rejection> { Ok(1) } }
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
/// # let scout = ResilientScoutApi::with_registry(HttpScout, &Registry::new());
/// let leagues = ["Standard", "Hardcore"];
/// let end = preload(
///     leagues,
///     async |league| scout.market_data(league).await,
///     |so_far| println!("{} of {}", so_far.done(), so_far.total),
/// )
/// .await;
/// assert_eq!((end.loaded, end.failed), (2, 0));
/// # }
/// ```
pub async fn preload<K, R: Outcome>(
    keys: impl IntoIterator<Item = K>,
    mut load: impl AsyncFnMut(K) -> R,
    mut progress: impl FnMut(&Preload),
) -> Preload {
    let keys: Vec<K> = keys.into_iter().collect();
    let mut so_far = Preload { total: keys.len(), ..Preload::default() };
    for key in keys {
        match warm(load(key)).await.into_result() {
            Ok(_) => so_far.loaded += 1,
            Err(_) => so_far.failed += 1,
        }
        progress(&so_far);
    }
    so_far
}
