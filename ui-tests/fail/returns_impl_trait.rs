use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
trait ScoutApi {
    async fn leagues(&self) -> Result<impl Iterator<Item = Market>, ScoutError>;
}

fn main() {}
