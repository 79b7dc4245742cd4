use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
trait ScoutApi {
    async fn market_data(&self) -> Result<Market, ScoutError>;
}

fn scout(_: Box<dyn ScoutApi>) {}

fn main() {
    let _ = scout;
}
