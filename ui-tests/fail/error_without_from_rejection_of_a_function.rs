use resilient_runtime::{Classify, resilient};
use ui_tests::shapes::Market;

#[derive(Debug)]
struct MyError;

impl Classify for MyError {}

#[resilient(retry = 3)]
fn market_data(league: &str) -> Result<Market, MyError> {
    Ok(Market::named(league))
}

fn main() {}
