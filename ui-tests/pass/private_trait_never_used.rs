//! Neither the decorator nor anything in it is a warning where nobody uses it.
#![deny(warnings)]

use resilient_runtime::{Failure, resilient};
use ui_tests::shapes::{Market, ScoutError};

mod inner {
    use super::*;

    #[resilient(breaker(threshold = 3), retry = 3, rate = 0.5, cache = "5m", timeout = "2s", fallback = offline)]
    #[allow(dead_code, reason = "this trait is what nobody uses")]
    trait ScoutApi {
        async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;

        #[resilient(skip)]
        fn version(&self) -> u8 {
            1
        }
    }

    async fn offline(failure: Failure<ScoutError>) -> Result<Market, ScoutError> {
        Err(failure.error)
    }
}

fn main() {}
