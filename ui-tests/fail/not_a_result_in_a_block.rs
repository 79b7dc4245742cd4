use resilient_runtime::resilient;
use ui_tests::shapes::Market;

struct Client;

#[resilient(retry = 3)]
impl Client {
    async fn market_data(&self, league: &str) -> Market {
        Market::named(league)
    }
}

fn main() {}
