// mistakes: 4
use resilient_runtime::resilient;

struct Trends;

struct OwnError;

#[resilient(cache(memory = "5m", disk = "30m"))]
trait ScoutApi {
    async fn trends(&self) -> Result<Trends, OwnError>;
}

struct Client;

impl ScoutApi for Client {
    async fn trends(&self) -> Result<Trends, OwnError> {
        Ok(Trends)
    }
}

async fn trade() -> Result<Trends, OwnError> {
    ResilientScoutApi::new(Client).trends().await
}

fn main() {}
