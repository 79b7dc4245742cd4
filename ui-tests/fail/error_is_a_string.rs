// mistakes: 2
use resilient_runtime::resilient;
use ui_tests::shapes::Market;

#[resilient(retry = 3)]
trait ScoutApi {
    async fn market_data(&self) -> Result<Market, String>;
}

fn main() {}
