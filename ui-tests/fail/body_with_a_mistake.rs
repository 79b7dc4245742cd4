use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
async fn market_data(league: &str) -> Result<Market, ScoutError> {
    let market: Market = league;
    Ok(market)
}

fn main() {}
