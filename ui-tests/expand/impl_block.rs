//! An inherent block: the client's own methods, without a trait.

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

pub struct HttpScout {
    url: String,
}

#[resilient(
    service = "poe2_scout",
    breaker(threshold = 3, recovery = "60s"),
    retry = 3,
    cache(memory = "5m", key = (&self.url, league))
)]
impl HttpScout {
    pub fn new(url: &str) -> Self {
        Self { url: url.to_owned() }
    }

    /// What things cost in a league.
    pub async fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
        if league.is_empty() {
            return Err(ScoutError);
        }
        let market = self.get(league.to_owned()).await?;
        Ok(market)
    }

    #[resilient(cache = off, retry(max = 2))]
    async fn get(&self, mut path: String) -> Result<Market, ScoutError> {
        path.insert_str(0, &self.url);
        Ok(Market::named(&path))
    }
}
