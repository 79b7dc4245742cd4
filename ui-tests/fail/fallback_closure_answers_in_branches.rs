// mistakes: 2
use resilient_runtime::{Failure, resilient};
use ui_tests::shapes::{Market, ScoutError};

#[resilient(fallback(
    |failure| { let _ = failure.attempts; Err(failure.error) },
    |failure: Failure<ScoutError>| match failure.attempts {
        1 => offline(failure),
        _ => Ok(Market::default()),
    },
))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

async fn offline(failure: Failure<ScoutError>) -> Result<Market, ScoutError> {
    Err(failure.error)
}

fn main() {}
