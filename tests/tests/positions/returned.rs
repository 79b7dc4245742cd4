//! Methods that return a future instead of being `async`.

use std::{pin::Pin, sync::Arc};

use resilient_runtime::{Registry, resilient, warm};

use super::{Calls, Fault};

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
type LocalBoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

#[resilient(retry(max = 3, base = "1ms"))]
trait Hidden {
    fn load(&self, by: u32) -> impl Future<Output = Result<u32, Fault>> + Send;
}

impl Hidden for Calls {
    async fn load(&self, by: u32) -> Result<u32, Fault> {
        Ok(self.after(2)? * by)
    }
}

#[resilient(retry(max = 3, base = "1ms"), cache = "5m")]
trait Boxed: Send + Sync {
    fn load<'a>(
        &'a self,
        name: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<String, Fault>> + Send + 'a>>;

    #[resilient(cache = off)]
    fn count(&self, by: u32) -> BoxFuture<'_, Result<u32, Fault>>;

    #[resilient(cache = off)]
    fn local(&self) -> LocalBoxFuture<'_, Result<u32, Fault>>;
}

impl Boxed for Calls {
    fn load<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<String, Fault>> {
        Box::pin(async move {
            let call = self.after(2)?;
            Ok(format!("{name} {call}"))
        })
    }

    fn count(&self, by: u32) -> BoxFuture<'_, Result<u32, Fault>> {
        Box::pin(async move { Ok(self.after(2)? * by) })
    }

    fn local(&self) -> LocalBoxFuture<'_, Result<u32, Fault>> {
        Box::pin(async move { self.after(2) })
    }
}

/// A trait whose futures are boxed makes objects; its user says what a pointer to one is.
impl Boxed for Arc<dyn Boxed> {
    fn load<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<String, Fault>> {
        (**self).load(name)
    }

    fn count(&self, by: u32) -> BoxFuture<'_, Result<u32, Fault>> {
        (**self).count(by)
    }

    fn local(&self) -> LocalBoxFuture<'_, Result<u32, Fault>> {
        (**self).local()
    }
}

#[tokio::test]
async fn a_future_without_a_name_is_retried() {
    let hidden = ResilientHidden::with_registry(Calls::new(), &Registry::new());
    assert_eq!(hidden.load(10).await, Ok(30));
    assert_eq!(hidden.inner().count(), 3);
}

#[tokio::test]
async fn a_boxed_future_is_retried() {
    let boxed = ResilientBoxed::with_registry(Calls::new(), &Registry::new());
    assert_eq!(boxed.load("a").await.as_deref(), Ok("a 3"));
    assert_eq!(boxed.load("a").await.as_deref(), Ok("a 3"));
    boxed.invalidate_load("a");
    assert_eq!(boxed.warm_load("a").await.as_deref(), Ok("a 4"));
    let boxed = ResilientBoxed::with_registry(Calls::new(), &Registry::new());
    assert_eq!(boxed.count(10).await, Ok(30));
    let boxed = ResilientBoxed::with_registry(Calls::new(), &Registry::new());
    assert_eq!(boxed.local().await, Ok(3));
}

#[tokio::test]
async fn a_trait_object_is_wrapped_and_is_one_again() {
    let inner: Arc<dyn Boxed> = Arc::new(Calls::new());
    let outer: Arc<dyn Boxed> = Arc::new(ResilientBoxed::with_registry(inner, &Registry::new()));
    let spawned = tokio::spawn(async move { outer.count(2).await });
    assert_eq!(spawned.await.expect("it does not panic"), Ok(6));
}

struct Client(Calls);

#[resilient(service = "returned_by_a_block", retry(max = 3, base = "1ms"))]
impl Client {
    fn hidden(&self, text: String) -> impl Future<Output = Result<String, Fault>> + Send {
        let length = text.len();
        async move {
            let call = self.0.after(2)?;
            Ok(format!("{text} {length} {call}"))
        }
    }

    #[resilient(cache(memory = "1h", shared))]
    fn boxed<'a>(&'a self, text: &'a str) -> BoxFuture<'a, Result<String, Fault>> {
        if text.is_empty() {
            return Box::pin(std::future::ready(Err(Fault::Unknown)));
        }
        let text = text.to_owned();
        Box::pin(async move { Ok(format!("{text} {}", self.0.after(2)?)) })
    }
}

#[tokio::test]
async fn in_a_block_too() {
    let client = Client(Calls::new());
    assert_eq!(client.hidden("abc".to_owned()).await.as_deref(), Ok("abc 3 3"));
    assert_eq!(client.boxed("").await, Err(Fault::Unknown));
    assert_eq!(warm(client.boxed("abc")).await.as_deref(), Ok("abc 4"));
    assert_eq!(client.boxed("abc").await.as_deref(), Ok("abc 4"));
}
