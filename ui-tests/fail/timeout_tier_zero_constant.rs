use std::time::Duration;

use resilient_runtime::{Tier, resilient};
use ui_tests::shapes::{Market, ScoutError};

const NEVER: Tier = Tier::new("never", Duration::ZERO);

#[resilient(timeout(tier = NEVER))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
