use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(skip)]
async fn market_data(league: &str) -> Result<Market, ScoutError> {
    Ok(Market::named(league))
}

fn main() {}
