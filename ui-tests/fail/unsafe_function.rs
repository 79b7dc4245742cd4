use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
unsafe fn market_data(league: &str) -> Result<Market, ScoutError> {
    Ok(Market::named(league))
}

fn main() {}
