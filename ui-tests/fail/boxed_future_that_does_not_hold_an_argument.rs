use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;

#[resilient(retry = 3)]
trait ScoutApi {
    fn market_data(&self, league: &str) -> BoxFuture<'_, Result<Market, ScoutError>>;
}

fn main() {}
