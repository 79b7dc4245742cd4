//! Values in every spelling that Rust has for them.
#![deny(warnings)]

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(
    service = r"poe2 / scout \",
    breaker(threshold = 0x3, recovery = r#"1m30s"#, half_open = 1_0, half_open_timeout = " 2 m "),
    retry(max = 0b11, base = "100µs", backoff = 2, max_delay = "1d", jitter = decorrelated,),
    rate(limit = 1e2, per = "1m", burst = 1, wait = "0s"),
    cache(memory = "500ms", disk = "500ms", capacity = 1),
    timeout(attempt = "1ns", call = "100d",),
    send = true,
)]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;

    #[resilient(breaker = off, retry = off, rate = off, cache = off, timeout = off, fallback = off,)]
    async fn plain(&self) -> Result<Market, ScoutError>;

    #[resilient(breaker(), retry(), cache(capacity = 5), timeout(), rate())]
    async fn empty_lists(&self) -> Result<Market, ScoutError>;

    #[resilient(breaker, retry)]
    async fn bare_keys(&self) -> Result<Market, ScoutError>;
}

fn main() {}
