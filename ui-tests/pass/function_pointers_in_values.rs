//! A function that takes a reference is no borrowed value.
#![deny(warnings)]

use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;

use std::sync::Arc;

#[resilient(cache = "5m")]
trait ScoutApi {
    async fn predicate(&self) -> Result<Arc<dyn Fn(&u8) -> bool + Send + Sync>, ScoutError>;
}

fn main() {}
