use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;

#[resilient(retry = 3)]
async fn market_data() -> Result<impl Iterator<Item = u8>, ScoutError> {
    Ok(std::iter::once(1))
}

fn main() {}
