//! The attribute on blocks: what they hold beside methods, their generics, and what is made by macros.

use std::time::Duration;

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

struct Client;

#[resilient(retry(max = 3, backoff = Self::delay), timeout(attempt = "1s"))]
impl Client {
    /// A constant.
    pub const LIMIT: u32 = 3;

    fn new() -> Client {
        Client
    }

    fn parts(self: &std::sync::Arc<Self>) -> std::sync::Arc<Self> {
        self.clone()
    }

    fn boxed() -> Box<dyn Fn() -> u8> {
        Box::new(|| 1)
    }

    fn delay(attempt: u32) -> Duration {
        Duration::from_millis(attempt.into())
    }

    pub async fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::named(league))
    }

    #[cfg(any())]
    pub async fn nowhere(&self) -> Result<Missing, ScoutError> {
        Err(ScoutError)
    }

    #[deprecated = "as a test"]
    pub async fn old(&self) -> Result<u8, ScoutError> {
        Ok(1)
    }

    #[must_use]
    #[inline]
    fn name(&self) -> &'static str {
        "client"
    }
}

mod generic {
    use super::*;

    pub struct Pair<'a, T, const N: usize>(pub &'a [T; N]);

    #[resilient(service = "pairs", retry(max = 2), cache(memory = "1m", shared))]
    impl<'a, T: Clone + Send + Sync + 'static, const N: usize> Pair<'a, T, N> {
        pub async fn at(&self, index: usize) -> Result<T, ScoutError> {
            self.0.get(index).cloned().ok_or(ScoutError)
        }

        #[resilient(cache = off)]
        pub async fn all(&self) -> Result<&'a [T; N], ScoutError> {
            Ok(self.0)
        }
    }
}

macro_rules! client {
    ($name:ident, $error:ty, $($attribute:tt)*) => {
        struct $name;

        #[resilient($($attribute)*)]
        impl $name {
            async fn get(&self, id: $error) -> Result<u8, $error> {
                Err(id)
            }
        }

        #[resilient(service = "made", $($attribute)*)]
        async fn made(id: $error) -> Result<u8, $error> {
            Err(id)
        }
    };
}

client!(Made, resilient_runtime::Rejection, retry = 2);

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let client = std::sync::Arc::new(Client::new()).parts();
        assert_eq!((client.market_data("a").await.unwrap().league.as_str(), Client::boxed()()), ("a", 1));
        #[allow(deprecated)]
        let old = Client.old().await.unwrap();
        assert_eq!((old, Client.name(), Client::LIMIT), (1, "client", 3));
        let pair = generic::Pair(&[1, 2]);
        assert_eq!((pair.at(1).await.unwrap(), pair.all().await.unwrap()), (2, &[1, 2]));
        pair.invalidate_at(1);
        assert_eq!(pair.warm_at(1).await.unwrap(), 2);
        drop((Made, made as fn(_) -> _));
    });
}
