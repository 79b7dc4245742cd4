// mistakes: 4
#![deny(deprecated)]

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(cache = "5m")]
trait ShopApi {
    async fn delete_order(&self, order: &str) -> Result<(), ScoutError>;

    async fn set_price(&self, order: &str, price: u64) -> Result<Market, ScoutError>;

    async fn create_user(&self, name: &str) -> Result<Market, ScoutError>;

    async fn ping(&self) -> Result<(), ScoutError>;

    async fn update_history(&self) -> Result<Market, ScoutError>;
}

fn main() {}
