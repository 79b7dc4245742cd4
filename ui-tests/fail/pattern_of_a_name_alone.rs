// mistakes: 3
use resilient_runtime::{Classify, Rejection, resilient};
use ui_tests::shapes::Market;

enum MyError {
    NotFound,
    Busy,
    Status(u16),
}

impl From<Rejection> for MyError {
    fn from(_: Rejection) -> Self {
        Self::Busy
    }
}

impl Classify for MyError {}

const TEAPOT: MyError = MyError::Status(418);

#[resilient(
    breaker(ignore = NotFound, on = MyError::Status(_) | Busy),
    retry(except = TEAPOT),
)]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, MyError>;
}

fn main() {}
