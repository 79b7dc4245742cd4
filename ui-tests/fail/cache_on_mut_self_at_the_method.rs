use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
trait ScoutApi {
    #[resilient(cache = "5m")]
    async fn next_page(&mut self) -> Result<Market, ScoutError>;
}

fn main() {}
