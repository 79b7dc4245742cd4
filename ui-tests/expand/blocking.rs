//! A trait of methods that block, beside one that does not, and one that cannot fail.

use resilient_runtime::{Failure, resilient};
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3, cache = "5m", fallback = nothing)]
pub trait Files {
    fn read(&self, path: &str) -> Result<Market, ScoutError>;

    #[resilient(cache = off)]
    fn write(&mut self, path: String, text: &mut String) -> Result<Market, ScoutError>;

    #[resilient(fallback = off)]
    async fn fetch(&self, path: &str) -> Result<Market, ScoutError>;

    fn root(&self) -> &str;
}

fn nothing(failure: Failure<ScoutError>) -> Result<Market, ScoutError> {
    Err(failure.error)
}
