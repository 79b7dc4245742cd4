use resilient_runtime::resilient;

#[resilient(retry = 3)]
trait ScoutApi {
    async fn version(&self) -> String;
}

struct Client;

impl ScoutApi for Client {
    async fn version(&self) -> String {
        "4.2".to_owned()
    }
}

async fn trade() -> String {
    ResilientScoutApi::new(Client).version().await
}

fn main() {}
