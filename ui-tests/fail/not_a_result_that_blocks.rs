use resilient_runtime::resilient;
use ui_tests::shapes::Market;

#[resilient(retry = 3)]
trait ScoutApi {
    fn market_data(&self, league: &str) -> Market;
}

fn main() {}
