use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
trait ScoutApi {
    async unsafe fn market_data(&self) -> Result<Market, ScoutError>;
}

fn main() {}
