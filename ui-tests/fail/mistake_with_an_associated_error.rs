use resilient_runtime::resilient;
use ui_tests::shapes::Market;

#[resilient(retry = 0)]
trait ScoutApi {
    type Error;

    async fn market_data(&self) -> Result<Market, Self::Error>;
}

async fn trade<A: ScoutApi + Sync>(client: A) -> Result<Market, A::Error> {
    ResilientScoutApi::new(client).market_data().await
}

fn main() {}
