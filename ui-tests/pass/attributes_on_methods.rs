//! Documentation, `#[must_use]`, `#[deprecated]`, `#[inline]`, `#[cfg]` and lint levels stay with the method.
#![deny(warnings)]

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

/// An API.
#[resilient(retry = 3)]
#[must_use]
#[doc(alias = "poe")]
trait ScoutApi {
    /// What things cost.
    #[must_use = "a future does nothing until it is awaited"]
    async fn market_data(&self, #[allow(unused)] league: &str) -> Result<Market, ScoutError>;

    #[deprecated = "use `market_data`"]
    #[inline]
    #[cold]
    #[resilient(retry = off)]
    async fn prices(&self) -> Result<Market, ScoutError> {
        Err(ScoutError)
    }

    #[doc(hidden)]
    #[resilient(rate = 1)]
    #[track_caller]
    #[cfg(not(any()))]
    async fn hidden(&self, #[cfg(any())] never: Never, always: u8) -> Result<u8, ScoutError>;

    #[resilient(cache(memory = "5m", refresh = "4m", background))]
    async fn cached(
        &self,
        #[cfg(any())] never: &Never,
        #[cfg(not(any()))] key: &str,
        always: u8,
    ) -> Result<Market, ScoutError>;

    #[cfg(any())]
    async fn hidden(&self, other: Never) -> Never;

    #[expect(
        clippy::missing_errors_doc,
        unused_variables,
        reason = "a default body that ignores its argument"
    )]
    async fn expected(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }
}

fn main() {}
