//! The shapes of traits that the attribute takes, and what their decorators do.

use std::{
    fmt::Debug,
    io,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use resilient_runtime::{Classify, Failure, Registry, Rejection, resilient};
use resilient_tests::double::{Act, Double, Fault};

fn registry() -> Registry {
    Registry::new()
}

#[tokio::test(start_paused = true)]
async fn wraps_an_arc_of_a_dyn_trait() {
    #[resilient(retry(max = 2, base = "1s"))]
    #[async_trait]
    trait Api: Send + Sync {
        async fn get(&self, name: String) -> Result<u32, Fault>;
    }
    #[async_trait]
    impl Api for Double {
        async fn get(&self, _: String) -> Result<u32, Fault> {
            self.answer().await
        }
    }
    let inner: Arc<dyn Api> = Arc::new(Double::failing(1));
    let api = ResilientApi::with_registry(Arc::clone(&inner), &registry());
    assert_eq!(api.get("a".to_owned()).await, Ok(2));
    // And the decorator is a trait object in its turn.
    let outer: Arc<dyn Api> = Arc::new(api);
    assert_eq!(
        tokio::spawn(async move { outer.get("a".to_owned()).await }).await.expect("no panic"),
        Ok(3)
    );
}

#[resilient(
    retry(max = 2, base = "1s"),
    rate = 100.0,
    timeout = "5s",
    breaker(threshold = 5),
    cache = "1m"
)]
trait Fetch {
    async fn fetch(&self, key: &str) -> Result<u32, Fault>;
}

impl Fetch for Double {
    async fn fetch(&self, _: &str) -> Result<u32, Fault> {
        self.answer().await
    }
}

/// Generic code can spawn: the trait promises that its futures are `Send`.
async fn spawned<F: Fetch + Send + Sync + 'static>(api: F) -> Result<u32, Fault> {
    tokio::spawn(async move { api.fetch("key").await }).await.expect("no panic")
}

#[tokio::test(start_paused = true)]
async fn futures_are_spawned_from_generic_code_and_decorators_nest() {
    fn is_send_sync<T: Send + Sync + Clone>(_: &T) {}
    let double = Double::failing(1);
    let api = ResilientFetch::with_registry(double.clone(), &registry());
    is_send_sync(&api);
    assert_eq!(spawned(api.clone()).await, Ok(2));
    let twice = ResilientFetch::with_registry(api, &registry());
    assert_eq!(spawned(twice).await, Ok(2), "from the inner decorator's memory");
    assert_eq!(double.calls(), 2);
}

#[test]
fn the_future_is_small() {
    let api = ResilientFetch::with_registry(Double::default(), &registry());
    let inner = size_of_val(&api.inner().fetch("key"));
    let decorated = size_of_val(&api.fetch("key"));
    assert!(decorated - inner <= 520, "{decorated} over {inner} bytes");
    let traced = size_of_val(&resilient_runtime::traced(api.fetch("key")));
    assert!(traced - decorated <= 64, "{traced} over {decorated} bytes");
}

#[tokio::test(start_paused = true)]
async fn an_exclusive_receiver_and_argument_are_borrowed_anew_for_each_attempt() {
    #[resilient(retry(max = 3, base = "1s"))]
    trait Session {
        async fn send(&mut self, log: &mut Vec<u32>) -> Result<u32, Fault>;
    }
    struct Client(Double, u32);
    impl Session for Client {
        async fn send(&mut self, log: &mut Vec<u32>) -> Result<u32, Fault> {
            self.1 += 1;
            log.push(self.1);
            self.0.answer().await
        }
    }
    let mut session = ResilientSession::with_registry(Client(Double::failing(2), 0), &registry());
    let mut log = Vec::new();
    assert_eq!(session.send(&mut log).await, Ok(3));
    assert_eq!((log, session.into_inner().1), (vec![1, 2, 3], 3));
}

#[tokio::test(start_paused = true)]
async fn a_default_body_is_forwarded_so_that_an_override_is_kept() {
    #[resilient(timeout = "1s")]
    trait Health {
        async fn ping(&self) -> Result<u32, Fault>;
        async fn level(&self, (low, _high): (u32, u32)) -> Result<u32, Fault> {
            Ok(self.ping().await? + low)
        }
        #[resilient(skip)]
        fn name(&self) -> &'static str {
            "default"
        }
    }
    struct Plain;
    impl Health for Plain {
        async fn ping(&self) -> Result<u32, Fault> {
            Ok(1)
        }
    }
    struct Overridden;
    impl Health for Overridden {
        async fn ping(&self) -> Result<u32, Fault> {
            Ok(1)
        }
        async fn level(&self, _: (u32, u32)) -> Result<u32, Fault> {
            Ok(100)
        }
        fn name(&self) -> &'static str {
            "overridden"
        }
    }
    let (plain, overridden) = (
        ResilientHealth::with_registry(Plain, &registry()),
        ResilientHealth::with_registry(Overridden, &registry()),
    );
    assert_eq!((plain.level((2, 3)).await, plain.name()), (Ok(3), "default"));
    assert_eq!((overridden.level((2, 3)).await, overridden.name()), (Ok(100), "overridden"));
}

#[tokio::test(start_paused = true)]
async fn associated_items_generics_and_supertraits_are_forwarded() {
    trait Named {
        fn name(&self) -> String;
    }
    #[resilient(retry(max = 2, base = "0s"), cache = "1m")]
    trait Store<K>: Named + Debug
    where
        K: resilient_runtime::serde::Serialize + Clone + Send + Sync,
    {
        type Row;
        type Error;
        const LIMIT: usize;
        async fn row(&self, key: K) -> Result<Self::Row, Self::Error>;
        #[resilient(cache = off)]
        async fn query<'a, Q>(&'a self, query: &'a Q) -> Result<(Self::Row, &'a Q), Self::Error>
        where
            Q: Debug + Send + Sync + ?Sized;
    }
    impl Named for Double {
        fn name(&self) -> String {
            "double".to_owned()
        }
    }
    impl<T: Named> Named for ResilientStore<T> {
        fn name(&self) -> String {
            format!("resilient {}", self.inner().name())
        }
    }
    impl<K> Store<K> for Double
    where
        K: resilient_runtime::serde::Serialize + Clone + Send + Sync,
    {
        type Row = u32;
        type Error = Fault;
        const LIMIT: usize = 7;
        async fn row(&self, _: K) -> Result<u32, Fault> {
            self.answer().await
        }
        async fn query<'a, Q>(&'a self, query: &'a Q) -> Result<(u32, &'a Q), Fault>
        where
            Q: Debug + Send + Sync + ?Sized,
        {
            self.answer().await.map(|number| (number, query))
        }
    }
    let api = ResilientStore::with_registry(Double::failing(1), &registry());
    assert_eq!(api.row(1_u8).await, Ok(2));
    assert_eq!(api.row(1_u8).await, Ok(2));
    assert_eq!(api.row(1_u16).await, Ok(3), "the same number as another type is another key");
    assert_eq!(Store::<u8>::query(&api, "text").await, Ok((4, "text")));
    assert_eq!(
        (<ResilientStore<Double> as Store<u8>>::LIMIT, api.name()),
        (7, "resilient double".to_owned())
    );
}

#[tokio::test(start_paused = true)]
async fn arguments_by_value_are_cloned_only_where_they_must_be() {
    static CLONES: AtomicU32 = AtomicU32::new(0);
    #[derive(Debug)]
    struct Order;
    impl Clone for Order {
        fn clone(&self) -> Self {
            CLONES.fetch_add(1, Ordering::SeqCst);
            Self
        }
    }
    struct NotClone;
    #[resilient(retry(max = 3, base = "1s"))]
    trait Orders {
        async fn quote(&self, order: Order) -> Result<u32, Fault>;
        #[resilient(retry = off)]
        async fn place(&self, order: NotClone) -> Result<u32, Fault>;
    }
    impl Orders for Double {
        async fn quote(&self, _: Order) -> Result<u32, Fault> {
            self.answer().await
        }
        async fn place(&self, _: NotClone) -> Result<u32, Fault> {
            self.answer().await
        }
    }
    let api = ResilientOrders::with_registry(Double::failing(2), &registry());
    assert_eq!(api.quote(Order).await, Ok(3));
    assert_eq!(CLONES.load(Ordering::SeqCst), 3);
    assert_eq!(api.place(NotClone).await, Ok(4));
}

#[tokio::test(start_paused = true)]
async fn a_result_alias_and_an_io_error_need_nothing_of_the_user() {
    #[resilient(retry(max = 2, base = "1s"), timeout = "3s")]
    trait Files {
        async fn read(&self, path: &str) -> io::Result<u32>;
    }
    impl Files for Double {
        async fn read(&self, path: &str) -> io::Result<u32> {
            if path.is_empty() {
                let () = std::future::pending().await;
            }
            self.answer().await.map_err(|_| io::ErrorKind::BrokenPipe.into())
        }
    }
    let api = ResilientFiles::with_registry(Double::failing(1), &registry());
    assert_eq!(api.read("a").await.expect("the second attempt"), 2);
    let error = api.read("").await.expect_err("it hangs");
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert!(matches!(error.rejection(), Some(Rejection::TimedOut { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_chain_of_fallbacks_is_asked_in_order() {
    #[resilient(retry(max = 2, base = "1s"), fallback(
        |failure| async move { if key == "closure" { Ok(format!("{}.{} {}x", failure.service, failure.method, failure.attempts)) } else { Err(failure.error) } },
        backup = Offline,
        only_fatal,
        value = "default".to_owned(),
    ))]
    trait Texts {
        async fn get(&self, key: String) -> Result<String, Fault>;
    }
    #[expect(clippy::unused_async, reason = "a fallback of an async method is async")]
    async fn only_fatal(failure: Failure<Fault>) -> Result<String, Fault> {
        if failure.error == Fault::Wrong {
            Ok("from a path".to_owned())
        } else {
            Err(failure.error)
        }
    }
    struct Offline;
    impl Texts for Offline {
        async fn get(&self, key: String) -> Result<String, Fault> {
            match key.as_str() {
                "backup" => Ok("from the backup".to_owned()),
                "path" => Err(Fault::Wrong),
                _ => Err(Fault::Down),
            }
        }
    }
    impl Texts for Double {
        async fn get(&self, _: String) -> Result<String, Fault> {
            self.answer().await.map(|number| number.to_string())
        }
    }
    let api = ResilientTexts::with_registry(Double::failing(8), &registry());
    for (key, answer) in [
        ("closure", "texts.get 2x"),
        ("backup", "from the backup"),
        ("path", "from a path"),
        ("none", "default"),
        ("live", "9"),
    ] {
        assert_eq!(api.get(key.to_owned()).await.as_deref(), Ok(answer));
    }
    let books = api.service().method("get").expect("declared").snapshot();
    assert_eq!((books.failures, books.fallbacks, books.fallbacks_failed), (4, 4, 0));
}

#[tokio::test(start_paused = true)]
async fn attributes_travel_with_their_method() {
    #[resilient(retry = 2)]
    trait Conditional {
        #[cfg(feature = "absent")]
        async fn never(&self, missing: Missing) -> Result<Missing, Fault>;
        #[cfg(not(feature = "absent"))]
        async fn always(&self) -> Result<u32, Fault>;
        #[deprecated]
        async fn old(&self) -> Result<u32, Fault>;
        #[must_use]
        async fn important(&self) -> Result<u32, Fault>;
    }
    impl Conditional for Double {
        async fn always(&self) -> Result<u32, Fault> {
            self.answer().await
        }
        async fn old(&self) -> Result<u32, Fault> {
            self.answer().await
        }
        async fn important(&self) -> Result<u32, Fault> {
            self.answer().await
        }
    }
    let api = ResilientConditional::with_registry(Double::default(), &registry());
    assert_eq!(api.always().await, Ok(1));
    #[allow(deprecated, reason = "it is there to be called")]
    let old = api.old().await;
    assert_eq!((old, api.important().await), (Ok(2), Ok(3)));
}

#[tokio::test(start_paused = true)]
async fn a_method_may_have_policies_of_its_own() {
    #[resilient(
        breaker(threshold = 1, recovery = "10s"),
        rate(limit = 1.0, burst = 1, wait = "0s")
    )]
    trait Mixed {
        async fn shared(&self) -> Result<u32, Fault>;
        #[resilient(breaker(threshold = 2), rate = off)]
        async fn own(&self) -> Result<u32, Fault>;
        #[resilient(breaker = off, rate = off)]
        async fn free(&self) -> Result<u32, Fault>;
    }
    impl Mixed for Double {
        async fn shared(&self) -> Result<u32, Fault> {
            self.answer().await
        }
        async fn own(&self) -> Result<u32, Fault> {
            self.answer().await
        }
        async fn free(&self) -> Result<u32, Fault> {
            self.answer().await
        }
    }
    let api = ResilientMixed::with_registry(Double::failing(4), &registry());
    assert_eq!(api.shared().await, Err(Fault::Down));
    assert!(matches!(api.shared().await, Err(Fault::Rejected(Rejection::BreakerOpen { .. }))));
    assert_eq!(api.own().await, Err(Fault::Down), "not stopped by the service's open breaker");
    assert_eq!(api.own().await, Err(Fault::Down));
    let Err(Fault::Rejected(rejection)) = api.own().await else {
        panic!("its own breaker is open")
    };
    assert_eq!(
        rejection.retry_after(),
        Some(Duration::from_secs(10)),
        "the trait's recovery, the method's threshold"
    );
    assert_eq!(api.free().await, Err(Fault::Down));
    assert_eq!(api.free().await, Ok(5));
    api.service().reset();
    assert_eq!(api.own().await, Ok(6));
}

#[tokio::test(start_paused = true)]
async fn send_is_not_asked_of_local_clients() {
    use std::{cell::Cell, rc::Rc};

    #[resilient(send = false, retry(max = 2, base = "1s"))]
    trait Local {
        async fn get(&self, cell: Rc<Cell<u32>>) -> Result<u32, Fault>;
    }
    struct Client(Rc<Double>);
    impl Local for Client {
        async fn get(&self, cell: Rc<Cell<u32>>) -> Result<u32, Fault> {
            cell.set(cell.get() + 1);
            self.0.answer().await
        }
    }
    let api = ResilientLocal::with_registry(Client(Rc::new(Double::failing(1))), &registry());
    let cell = Rc::new(Cell::new(0));
    assert_eq!((api.get(Rc::clone(&cell)).await, cell.get()), (Ok(2), 2));
}

#[tokio::test(start_paused = true)]
async fn names_of_arguments_may_be_those_of_our_locals() {
    #[resilient(retry(max = 2, base = "1s"), fallback = |outcome| async move { Ok(outcome.attempts + call) })]
    trait Names {
        async fn get(
            &self,
            call: u32,
            attempt: &str,
            outcome: u8,
            failure: Option<u8>,
            fallback: u64,
        ) -> Result<u32, Fault>;
    }
    impl Names for Double {
        async fn get(
            &self,
            call: u32,
            attempt: &str,
            outcome: u8,
            failure: Option<u8>,
            fallback: u64,
        ) -> Result<u32, Fault> {
            let _ = (call, attempt, outcome, failure, fallback);
            self.answer().await
        }
    }
    let api = ResilientNames::with_registry(Double::failing(2), &registry());
    assert_eq!(api.get(40, "a", 1, None, 2).await, Ok(42));
}

#[tokio::test(start_paused = true)]
async fn a_key_of_ones_own_decides_what_is_the_same() {
    #[resilient(cache(memory = "1m", key = (name.to_lowercase(), *page)))]
    trait Search {
        async fn search(&self, name: &str, page: &u32, trace_id: u64) -> Result<u32, Fault>;
        #[resilient(cache(key = offset / 10))]
        async fn page(&self, offset: u64) -> Result<u32, Fault>;
    }
    impl Search for Double {
        async fn search(&self, _: &str, _: &u32, _: u64) -> Result<u32, Fault> {
            self.answer().await
        }
        async fn page(&self, _: u64) -> Result<u32, Fault> {
            self.answer().await
        }
    }
    let api = ResilientSearch::with_registry(Double::default(), &registry());
    assert_eq!(api.search("Divine", &1, 7).await, Ok(1));
    assert_eq!(api.search("DIVINE", &1, 8).await, Ok(1));
    assert_eq!(api.search("divine", &2, 7).await, Ok(2));
    assert_eq!((api.page(10).await, api.page(19).await, api.page(20).await), (Ok(3), Ok(3), Ok(4)));
}

#[tokio::test(start_paused = true)]
async fn only_successes_are_cached() {
    let double = Double::playing([Act::Fail(Fault::Wrong)]);
    let api = ResilientFetch::with_registry(double.clone(), &registry());
    assert_eq!(api.fetch("a").await, Err(Fault::Wrong));
    assert_eq!(api.fetch("a").await, Ok(2));
}
