use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

struct Query;

#[resilient(retry = 3)]
async fn market_data(query: Query) -> Result<Market, ScoutError> {
    drop(query);
    Ok(Market::default())
}

fn main() {}
