// mistakes: 2
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

fn note(retrying: &resilient_runtime::Retrying<'_, ScoutError>) {
    drop(retrying.attempt);
}

#[resilient(retry(on = |error| error.is_busy(), max = 0, hook = note))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
