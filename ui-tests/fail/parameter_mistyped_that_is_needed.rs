// mistakes: 5
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(
    rate(limt = 10),
    hedge(delay = "50ms"),
    cache(ttl = "5m"),
    timeout(total = "5s"),
    bulkhead(mx = 3),
)]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
