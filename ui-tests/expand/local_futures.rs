//! `send = false`: for clients that stay on one thread. And a key of the user's own, on one method.

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(send = false, cache(memory = "1m", capacity = 10))]
pub(crate) trait Local {
    #[resilient(cache(key = request.0.trim()))]
    async fn fetch(&self, request: &(String, u64)) -> Result<Market, ScoutError>;
}
