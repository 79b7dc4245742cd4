use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

macro_rules! endpoint {
    ($name:ident) => {
        async fn $name(&self) -> Result<Market, ScoutError>;
    };
}

#[resilient(retry = 3)]
trait ScoutApi {
    endpoint!(market_data);
}

fn main() {}
