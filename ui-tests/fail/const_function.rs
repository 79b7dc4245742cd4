use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;

#[resilient(retry = 3)]
const fn market_data() -> Result<u8, ScoutError> {
    Err(ScoutError)
}

fn main() {}
