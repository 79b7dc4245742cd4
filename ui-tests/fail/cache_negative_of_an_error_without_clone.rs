use resilient_runtime::{Classify, Rejection, resilient};
use ui_tests::shapes::Market;

struct Opaque;

impl From<Rejection> for Opaque {
    fn from(_: Rejection) -> Self {
        Self
    }
}

impl Classify for Opaque {}

#[resilient(cache(memory = "5m", negative = "10s"))]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market, Opaque>;
}

fn main() {}
