// mistakes: 4
#![deny(deprecated)]

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
trait ShopApi {
    async fn create_order(&self, item: &str) -> Result<Market, ScoutError>;

    async fn pay(&self, order: &str) -> Result<Market, ScoutError>;

    #[resilient(retry(max = 5))]
    async fn send_receipt(&self, order: &str) -> Result<Market, ScoutError>;

    #[resilient(retry = off, hedge = "50ms")]
    async fn submit(&self, order: &str) -> Result<Market, ScoutError>;

    async fn order_status(&self, order: &str) -> Result<Market, ScoutError>;
}

fn main() {}
