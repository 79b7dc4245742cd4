//! Arguments by value: cloned for each attempt where the method is retried, moved where it is not.

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(breaker(threshold = 5), retry(max = 2, when = ScoutError::is_transient))]
pub trait Orders {
    async fn quote(&self, league: String, amount: u32) -> Result<Market, ScoutError>;

    #[resilient(retry = off)]
    async fn place(&self, order: Market) -> Result<(), ScoutError>;
}
