use resilient_runtime::{resilient, serde::Serialize};
use ui_tests::shapes::ScoutError;

#[derive(Clone, Serialize)]
#[serde(crate = "resilient_runtime::serde")]
struct Trends;

#[resilient(cache(disk = "30m"))]
trait ScoutApi {
    async fn trends(&self) -> Result<Trends, ScoutError>;
}

struct Client;

impl ScoutApi for Client {
    async fn trends(&self) -> Result<Trends, ScoutError> {
        Ok(Trends)
    }
}

async fn trade() -> Result<Trends, ScoutError> {
    ResilientScoutApi::new(Client).trends().await
}

fn main() {}
