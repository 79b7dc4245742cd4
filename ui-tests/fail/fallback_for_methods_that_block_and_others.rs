use resilient_runtime::{Failure, resilient};
use ui_tests::shapes::{Market, ScoutError};

#[resilient(fallback = offline)]
trait ScoutApi {
    fn market_data(&self, league: &str) -> Result<Market, ScoutError>;

    async fn trends(&self) -> Result<Market, ScoutError>;
}

fn offline(failure: Failure<ScoutError>) -> Result<Market, ScoutError> {
    Err(failure.error)
}

fn main() {}
