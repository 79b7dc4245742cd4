//! The figures that the project's reference document promises of its system, held to ours over real sockets: a hundred
//! calls at once, answers while the server fails, and the way back when it has recovered.
//!
//! What is counted is asserted here; what is timed is measured by `scripts/load`, which builds the module `cost` too.

mod client;
#[cfg(feature = "figures")]
mod cost;
mod server;

use std::time::{Duration, Instant};

use resilient_runtime::{Provenance, Registry, State, traced};
use tokio::task::JoinSet;

use crate::{
    client::{Http, HttpError, Items, ResilientItems},
    server::{Mode, Server},
};

/// How many calls are under way at once.
const AT_ONCE: u64 = 100;

/// Within so long after the server has come back, the document has its calls answered again.
const RECOVERS_WITHIN: Duration = Duration::from_secs(30);

/// How the calls of one crowd ended.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Crowd {
    live: u64,
    memory: u64,
    stale: u64,
    failed: u64,
}

impl Crowd {
    fn answered(self) -> u64 {
        self.live + self.memory + self.stale
    }

    /// A hundred calls at once, each for an item of its own.
    async fn of<F>(call: impl Fn(u64) -> F) -> Self
    where
        F: Future<Output = Result<u64, HttpError>> + Send + 'static,
    {
        let mut calls = JoinSet::new();
        for item in 0..AT_ONCE {
            let call = traced(call(item));
            calls.spawn(async move { (item, call.await) });
        }
        let mut crowd = Self::default();
        while let Some(ended) = calls.join_next().await {
            let (item, (outcome, provenance)) = ended.expect("no panic");
            if let Ok(price) = outcome {
                assert_eq!(price, item * 10, "nobody gets another item's price");
            }
            match provenance {
                Provenance::Live { .. } => crowd.live += 1,
                Provenance::Memory { .. } => crowd.memory += 1,
                Provenance::Stale { .. } => crowd.stale += 1,
                Provenance::Failed => crowd.failed += 1,
                other => panic!("{other}"),
            }
        }
        crowd
    }
}

struct Scene {
    server: Server,
    items: ResilientItems<Http>,
}

impl Scene {
    async fn begin() -> Self {
        let server = Server::start().await;
        let registry = Registry::builder().seed(1).build().expect("valid");
        let items = ResilientItems::with_registry(Http::new(server.url()), &registry);
        Self { server, items }
    }

    async fn prices(&self) -> Crowd {
        Crowd::of(|item| {
            let items = self.items.clone();
            async move { items.price(item).await }
        })
        .await
    }

    async fn known_prices(&self) -> Crowd {
        Crowd::of(|item| {
            let items = self.items.clone();
            async move { items.known_price(item).await }
        })
        .await
    }

    /// Waits until the answers in memory have expired.
    async fn grow_old(&self) {
        while matches!(traced(self.items.known_price(0)).await.1, Provenance::Memory { .. }) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // The last answer may be a new one, and is the youngest.
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    fn state(&self) -> State {
        self.items.service().breaker().expect("declared").state()
    }

    /// Calls until the server is asked again and answers; how long that took.
    async fn recovery(&self) -> Duration {
        let back = Instant::now();
        while !matches!(self.items.price(1).await, Ok(10)) {
            assert!(back.elapsed() < RECOVERS_WITHIN, "the server is back, and not asked");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        back.elapsed()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_calls_at_once_are_all_answered() {
    let scene = Scene::begin().await;
    let crowd = scene.prices().await;
    assert_eq!(crowd, Crowd { live: AT_ONCE, ..Crowd::default() });
    assert_eq!(scene.server.requests(), AT_ONCE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_server_that_fails_three_times_in_ten_more_than_eighty_percent_are_answered() {
    let scene = Scene::begin().await;
    scene.server.be(Mode::Flaky);
    let crowd = scene.prices().await;
    assert!(crowd.live * 10 > AT_ONCE * 8, "{crowd:?} by retries alone");
    assert_eq!(crowd.live + crowd.failed, AT_ONCE);
    let books = scene.items.service().method("price").expect("declared").snapshot();
    assert_eq!((books.calls, books.successes), (AT_ONCE, crowd.live));
    assert_eq!(books.attempts, scene.server.requests(), "each attempt is a request");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_every_request_fails_what_was_known_is_answered_and_then_the_server_is_spared() {
    let scene = Scene::begin().await;
    assert_eq!(scene.known_prices().await.live, AT_ONCE);
    scene.grow_old().await;
    for mode in [Mode::Failing, Mode::Hanging] {
        scene.server.be(mode);
        let crowd = scene.known_prices().await;
        assert!(crowd.answered() * 10 > AT_ONCE * 8, "{mode:?}: {crowd:?}");
        assert_eq!((crowd.stale, crowd.failed), (AT_ONCE, 0), "{mode:?}");
        assert_ne!(scene.state(), State::Closed, "{mode:?}");

        scene.server.be(Mode::Well);
        let recovery = scene.recovery().await;
        println!("{mode:?}: {crowd:?}, recovered after {recovery:?}");
        scene.grow_old().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_gone_and_comes_back_is_asked_again() {
    let mut scene = Scene::begin().await;
    assert_eq!(scene.known_prices().await.live, AT_ONCE);
    scene.grow_old().await;
    scene.server.go_away().await;
    let asked = scene.server.requests();

    let crowd = scene.known_prices().await;
    assert_eq!(crowd, Crowd { stale: AT_ONCE, ..Crowd::default() });
    // Without a net, and with an open breaker, a call fails.
    assert_eq!(scene.prices().await.failed, AT_ONCE);
    assert_ne!(scene.state(), State::Closed);
    assert_eq!(scene.server.requests(), asked);

    scene.server.come_back().await;
    let recovery = scene.recovery().await;
    println!("gone: {crowd:?}, recovered after {recovery:?}");
    assert_eq!(scene.prices().await.live, AT_ONCE);
}
