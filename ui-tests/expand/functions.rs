//! Free functions, and a method whose block has no attribute.

use resilient_runtime::{Failure, resilient};
use ui_tests::shapes::{Market, ScoutError};

/// Fetches a market.
#[resilient(service = "scout", retry = 3, timeout(attempt = "2s", call = "10s"), fallback = nothing)]
pub async fn fetch((host, league): (String, &str), mut tries: u32) -> Result<Market, ScoutError> {
    tries += 1;
    match host.len() {
        0 => Err(ScoutError),
        _ => Ok(Market::named(&format!("{host}/{league}?{tries}"))),
    }
}

async fn nothing(failure: Failure<ScoutError>) -> Result<Market, ScoutError> {
    Err(failure.error)
}

#[resilient(cache = "5m", hedge = "50ms")]
async fn search(words: Vec<String>) -> Result<u64, ScoutError> {
    words.first().map(|word| word.len() as u64).ok_or(ScoutError)
}

#[resilient(retry(max = 3, base = "10ms"))]
pub fn read(path: &str) -> Result<Vec<u8>, ScoutError> {
    std::fs::read(path).map_err(|_| ScoutError)
}

pub struct Shop {
    stock: u32,
}

impl Shop {
    #[resilient(service = "shop", bulkhead = 1)]
    pub async fn sell(&mut self, count: u32) -> Result<u32, ScoutError> {
        self.stock = self.stock.checked_sub(count).ok_or(ScoutError)?;
        Ok(self.stock)
    }
}
