use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

struct Client;

#[resilient(retry = 3)]
impl Client {
    unsafe fn market_data(&self) -> Result<u8, ScoutError> {
        Err(ScoutError)
    }

    async fn trends(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::named(league))
    }
}

fn main() {}
