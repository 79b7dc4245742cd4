//! The runtime may go by another name.
#![deny(warnings)]

mod vendored {
    pub use resilient_runtime as renamed;
}

use ui_tests::shapes::{Market, ScoutError};

#[vendored::renamed::resilient(crate = crate::vendored::renamed, retry = 3, cache = "5m", fallback(value = Market::default()))]
trait ScoutApi {
    async fn market_data(&self, league: String) -> Result<Market, ScoutError>;
}

mod resilient_runtime {}

struct Client;

impl ScoutApi for Client {
    async fn market_data(&self, league: String) -> Result<Market, ScoutError> {
        Ok(Market::named(&league))
    }
}

fn main() {
    let _ = ResilientScoutApi::new(Client).market_data(String::new());
}
