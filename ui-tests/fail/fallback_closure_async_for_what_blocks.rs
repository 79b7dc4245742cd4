use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(fallback = |failure| async move { Err(failure.error) })]
trait ScoutApi {
    fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
