use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;

#[derive(Clone)]
struct Trends;

#[resilient(cache(memory = "5m", disk = "30m"))]
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
