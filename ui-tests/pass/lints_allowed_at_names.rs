//! A lint level that the user sets for a name holds for what we make of that name too.
#![deny(warnings)]

use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;

#[resilient(retry = 3)]
#[allow(non_camel_case_types)]
trait scout_api {
    #[allow(non_snake_case)]
    async fn buildTrends(&self, leagueName: &str) -> Result<u8, ScoutError>;

    #[expect(non_snake_case)]
    async fn marketData(&self) -> Result<u8, ScoutError>;
}

fn main() {}
