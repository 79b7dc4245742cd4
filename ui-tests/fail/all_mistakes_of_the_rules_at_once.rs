// mistakes: 14
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(breaker(threshold = "50%", on = is_down, per = request, key = leage), retry(max = 0, except = , backoff = linar base = "1s"), hedge: p95, timeout(tier = databse, adaptive(percentil = 9), call = 5s), bulkhead(max = trait, wait = "1x"))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
}

fn main() {}
