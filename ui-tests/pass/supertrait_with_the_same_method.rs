//! A supertrait may have a method of the same name.
#![deny(warnings)]

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

trait Prices: Send + Sync {
    fn get(&self) -> u8;
}

#[resilient(retry = 3)]
trait Builds: Prices {
    async fn get(&self) -> Result<Market, ScoutError>;
}

impl<B: Prices> Prices for ResilientBuilds<B> {
    fn get(&self) -> u8 {
        self.inner().get()
    }
}

fn main() {}
