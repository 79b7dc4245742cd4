// mistakes: 9
use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(
    cache(memory = "5m", stale = "1h", idle = "1m"),
    retry(within = "30s", jitter = full),
    timeout(adaptive(max = off)),
)]
trait ScoutApi {
    #[resilient(cache(stale = off, idle = none), retry(within = off))]
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;

    #[resilient(retry(jitter = off, base = off, hook = off, on = off, backoff = off))]
    async fn build_trends(&self) -> Result<Market, ScoutError>;
}

fn main() {}
