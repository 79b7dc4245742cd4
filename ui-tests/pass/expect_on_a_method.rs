//! An `#[expect]` is fulfilled by the user's code alone, and demands nothing of ours.
#![deny(warnings)]

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
#[allow(dead_code)]
trait ScoutApi {
    #[expect(unused_variables)]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }

    #[expect(unused_mut, unused_variables)]
    #[resilient(skip)]
    fn blocking(&self, mut league: String) {}
}

fn main() {}
