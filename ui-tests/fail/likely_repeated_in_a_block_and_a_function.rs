// mistakes: 2
#![deny(deprecated)]

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

struct Client;

#[resilient(service = "likely_block", retry = 3)]
impl Client {
    async fn create_order(&self) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }

    #[allow(deprecated)]
    async fn pay_order(&self) -> Result<Market, ScoutError> {
        Ok(Market::default())
    }
}

#[resilient(retry = 3)]
fn submit(league: &str) -> Result<Market, ScoutError> {
    Ok(Market::named(league))
}

#[allow(deprecated)]
#[resilient(retry = 3)]
fn pay(league: &str) -> Result<Market, ScoutError> {
    Ok(Market::named(league))
}

fn main() {}
