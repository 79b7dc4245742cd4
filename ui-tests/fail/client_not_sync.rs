use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

struct Client(std::cell::Cell<u8>);

impl ScoutApi for Client {
    fn market_data(&self, league: &str) -> impl Future<Output = Result<Market, ScoutError>> + Send {
        std::future::ready(Ok(Market::named(league)))
    }
}

async fn trade() -> Result<Market, ScoutError> {
    ResilientScoutApi::new(Client(Default::default())).market_data("Mirage").await
}

fn main() {}
