use resilient_runtime::{Preset, resilient};
use ui_tests::shapes::{Market, ScoutError};

#[resilient(preset = external_api, retry(max = 5), bulkhead = off)]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
    #[resilient(preset = database, timeout(attempt = "1s"))]
    async fn trends(&self) -> Result<Market, ScoutError>;
    #[resilient(preset = cache, retry = off)]
    async fn owned(&self, league: NotClone) -> Result<Market, ScoutError>;
}

struct NotClone;

fn main() {
    assert_eq!(Preset::Cache.name(), "cache");
}
