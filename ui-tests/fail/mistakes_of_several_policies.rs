// mistakes: 6
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(
    rate(limit = 5, min = 7),
    bulkhead(max = 5, min = 2),
    breaker(threshold = 5, window = "30s"),
    cache(disk = "1h", refresh = "4m"),
    retry(backoff = 0.5, budget = "off"),
    timeout(call = "500ms"),
    hedge = "5s"
)]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
