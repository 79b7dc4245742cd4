// mistakes: 4
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(
    breaker(threshold = "50%", window = "30s"),
    bulkhead(max = 3, wiat = "1s", queue = 3),
    rate(limit = 3, adaptve, min = 1),
    cache(ttl = "5m", refresh = "4m", background)
)]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
