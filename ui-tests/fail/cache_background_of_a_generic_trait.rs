use resilient_runtime::{KeyPart, resilient};
use ui_tests::shapes::{Market, ScoutError};

#[resilient(cache(memory = "5m", refresh = "4m", background))]
trait ScoutApi<L: KeyPart + Sync> {
    async fn market_data(&self, league: &L) -> Result<Market, ScoutError>;
}

fn main() {}
