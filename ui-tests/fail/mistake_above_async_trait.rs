use std::sync::Arc;

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 0)]
#[async_trait::async_trait]
trait ScoutApi: Send + Sync {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

async fn trade(client: Arc<dyn ScoutApi>) -> Result<Market, ScoutError> {
    ResilientScoutApi::new(client).market_data("Mirage").await
}

fn main() {}
