use resilient_runtime::{Failure, resilient};
use ui_tests::shapes::{Market, ScoutError};

#[resilient(fallback = offline)]
fn market_data(league: &str) -> Result<Market, ScoutError> {
    Ok(Market::named(league))
}

async fn offline(failure: Failure<ScoutError>) -> Result<Market, ScoutError> {
    Err(failure.error)
}

fn main() {}
