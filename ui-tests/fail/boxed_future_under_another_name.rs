use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

type Answer<'a> = std::pin::Pin<Box<dyn Future<Output = Result<Market, ScoutError>> + Send + 'a>>;

#[resilient(retry = 3)]
trait ScoutApi {
    fn market_data(&self) -> Answer<'_>;
}

fn main() {}
