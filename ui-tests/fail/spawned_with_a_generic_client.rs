use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
trait ScoutApi {
    async fn market_data(&self) -> Result<Market, ScoutError>;
}

fn spawn(_: impl Future + Send + 'static) {}

fn warm_up<T: ScoutApi + Sync>(scout: ResilientScoutApi<T>) {
    spawn(async move { scout.market_data().await.is_ok() });
}

fn main() {}
