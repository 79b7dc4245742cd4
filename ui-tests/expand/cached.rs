use resilient_runtime::{Classify, Rejection, resilient, serde};

/// A shop whose prices are good for a while, and better than none for longer.
#[resilient(
    cache(memory = "5m", disk = "30m", refresh = "4m", stale = "1h", jitter = 0.1),
    fallback(stale, list_price)
)]
pub trait Shop {
    async fn price(&self, item: &str) -> Result<Price, ShopError>;

    #[resilient(cache(key = page, max_weight = 5_000, weight = worth, cache_if = is_whole, idle = "1m", negative = "30s"), fallback = off)]
    async fn page(&self, page: u32, nonce: u64) -> Result<Price, ShopError>;

    #[resilient(cache = off)]
    async fn order(&self, item: String) -> Result<Price, ShopError>;
}

#[derive(Clone, serde::Serialize, serde::Deserialize)]
#[serde(crate = "resilient_runtime::serde")]
pub struct Price(u32);

fn is_whole(price: &Price) -> bool {
    price.0 > 0
}

fn worth(price: &Price) -> u64 {
    u64::from(price.0)
}

async fn list_price<E>(_: resilient_runtime::Failure<E>) -> Result<Price, E> {
    Ok(Price(100))
}

#[derive(Clone, Debug)]
pub struct ShopError;

impl From<Rejection> for ShopError {
    fn from(_: Rejection) -> Self {
        Self
    }
}

impl Classify for ShopError {}
