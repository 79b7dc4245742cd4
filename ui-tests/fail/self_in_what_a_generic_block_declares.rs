// mistakes: 2
use std::time::Duration;

use resilient_runtime::{Rejection, Tier, resilient};

struct Repository<T>(T);

impl<T> Repository<T> {
    const TIER: Tier = Tier::DATABASE;

    fn delay(_: u32) -> Duration {
        Duration::ZERO
    }
}

#[resilient(service = "repository", timeout(tier = Self::TIER))]
impl<T: Sync> Repository<T> {
    #[resilient(retry(max = 2, backoff = Self::delay))]
    async fn find(&self) -> Result<&T, Rejection> {
        Ok(&self.0)
    }
}

fn main() {}
