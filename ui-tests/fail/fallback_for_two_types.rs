use resilient_runtime::{Failure, resilient};
use ui_tests::shapes::{Market, ScoutError};

#[resilient(fallback = offline)]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;

    async fn builds(&self) -> Result<Vec<String>, ScoutError>;
}

async fn offline(failure: Failure<ScoutError>) -> Result<Market, ScoutError> {
    Err(failure.error)
}

fn main() {}
