use resilient_runtime::resilient;
use ui_tests::shapes::Market;

#[resilient(retry = 3)]
async fn market_data(league: &str) -> Market {
    Market::named(league)
}

fn main() {}
