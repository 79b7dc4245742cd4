//! Futures that are returned, by their own types or boxed.

use std::pin::Pin;

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

#[resilient(retry = 2)]
pub trait Source {
    fn hidden(&self, league: &str) -> impl Future<Output = Result<Market, ScoutError>> + Send;
}

#[resilient(retry = 2, cache = "5m")]
pub trait Store {
    fn boxed<'a>(
        &'a self,
        league: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Market, ScoutError>> + Send + 'a>>;

    fn by_alias(&self, number: u32) -> BoxFuture<'_, Result<Market, ScoutError>>;
}

pub struct Files(u32);

#[resilient(retry = 2)]
impl Files {
    pub fn hidden(
        &self,
        league: String,
    ) -> impl Future<Output = Result<Market, ScoutError>> + Send {
        let number = self.0;
        async move { Ok(Market::named(&format!("{league}{number}"))) }
    }

    pub fn boxed(&self) -> BoxFuture<'_, Result<Market, ScoutError>> {
        Box::pin(async move { if self.0 == 0 { Err(ScoutError) } else { Ok(Market::named("a")) } })
    }
}
