use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

fn note(attempt: u32) {
    drop(attempt);
}

#[resilient(retry(hook = note))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
