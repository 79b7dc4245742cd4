// mistakes: 2
use resilient_runtime::resilient;
use ui_tests::shapes::Market;

#[derive(Debug)]
struct MyError;

struct Client;

#[resilient(retry = 3)]
impl Client {
    async fn market_data(&self, league: &str) -> Result<Market, MyError> {
        Ok(Market::named(league))
    }
}

fn main() {}
