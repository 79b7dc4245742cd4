use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retyr = 3)]
async fn market_data(league: &str) -> Result<Market, ScoutError> {
    Ok(Market::named(league))
}

fn main() {}
