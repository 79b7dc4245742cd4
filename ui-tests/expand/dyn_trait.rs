//! Above `#[async_trait]`, which keeps the trait dyn-compatible: the decorator wraps an `Arc<dyn Api>` too.

use async_trait::async_trait;
use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;

#[resilient(breaker(threshold = 3), retry = 2)]
#[async_trait]
pub trait Api: Send + Sync {
    async fn get(&self, id: u64, fields: Vec<String>) -> Result<String, ScoutError>;
}
