//! What the decorator offers about its cache, for methods of many shapes.
#![deny(warnings, clippy::pedantic)]
#![allow(clippy::needless_pass_by_value, reason = "a trait's method takes what it takes")]

use resilient_runtime::{Registry, Rejection, resilient};

#[resilient(cache(memory = "5m", stale = "1h"), fallback(stale, value = 0))]
trait Shapes {
    async fn nothing(&self) -> Result<u32, Rejection>;
    async fn owned(&self, item: String, count: u32) -> Result<u32, Rejection>;
    async fn borrowed<'a>(&'a self, item: &'a str, tags: &[&str]) -> Result<u32, Rejection>;
    async fn all(&self, limit: u8) -> Result<u32, Rejection>;
    #[resilient(cache(key = count))]
    async fn keyed(&self, count: u32, nonce: u64) -> Result<u32, Rejection>;
    // The trait's chain serves a method without a cache too.
    #[resilient(cache = off)]
    async fn uncached(&self) -> Result<u32, Rejection>;
    async fn r#type(&self) -> Result<u32, Rejection>;
    // No method of ours: what it is named after has no cache.
    async fn invalidate_uncached(&self) -> Result<u32, Rejection>;
    // Nor this one: nothing is refreshed in the background.
    #[resilient(cache = off)]
    async fn refresh_owned(&self) -> Result<u32, Rejection>;
    // More than fits into 32 bits: bytes, say.
    #[resilient(cache(max_weight = 10_000_000_000, weight = weigh))]
    async fn heavy(&self) -> Result<u32, Rejection>;
}

fn weigh(_: &u32) -> u64 {
    5_000_000_000
}

struct Client;

impl Shapes for Client {
    async fn nothing(&self) -> Result<u32, Rejection> {
        Ok(1)
    }
    async fn owned(&self, _item: String, count: u32) -> Result<u32, Rejection> {
        Ok(count)
    }
    async fn borrowed<'a>(&'a self, _item: &'a str, _tags: &[&str]) -> Result<u32, Rejection> {
        Ok(1)
    }
    async fn all(&self, _limit: u8) -> Result<u32, Rejection> {
        Ok(1)
    }
    async fn keyed(&self, count: u32, _nonce: u64) -> Result<u32, Rejection> {
        Ok(count)
    }
    async fn uncached(&self) -> Result<u32, Rejection> {
        Ok(1)
    }
    async fn r#type(&self) -> Result<u32, Rejection> {
        Ok(1)
    }
    async fn refresh_owned(&self) -> Result<u32, Rejection> {
        Ok(1)
    }
    async fn heavy(&self) -> Result<u32, Rejection> {
        Ok(1)
    }
    async fn invalidate_uncached(&self) -> Result<u32, Rejection> {
        Ok(1)
    }
}

async fn every_one<T: Shapes + Send + Sync>(shapes: &ResilientShapes<T>) -> Result<(), Rejection> {
    shapes.warm_nothing().await?;
    shapes.warm_owned("a".to_owned(), 2).await?;
    shapes.warm_borrowed("a", &["b"]).await?;
    shapes.warm_all(1).await?;
    shapes.warm_keyed(1, 2).await?;
    shapes.warm_type().await?;
    shapes.invalidate_nothing();
    shapes.invalidate_owned("a".to_owned(), 2);
    shapes.invalidate_borrowed("a", &["b"]);
    shapes.invalidate_keyed(1, 3);
    shapes.invalidate_type();
    // The method `all` among them.
    shapes.invalidate_all();
    shapes.invalidate_uncached().await?;
    shapes.refresh_owned().await?;
    shapes.warm_heavy().await?;
    Ok(())
}

fn is_send<T: Send>(_: T) {}

fn main() {
    let registry = Registry::new();
    let builder = ResilientShapes::builder(Client).registry(&registry);
    let shapes = builder.cache_namespace("account-42").build().expect("valid");
    is_send(every_one(&shapes));
    is_send(shapes.warm_borrowed("a", &["b"]));
}
