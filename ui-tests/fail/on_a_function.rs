use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
async fn market_data(league: &str) -> Result<Market, ScoutError> {
    Ok(Market::named(league))
}

async fn trade() -> Result<Market, ScoutError> {
    market_data("Mirage").await
}

fn main() {}
