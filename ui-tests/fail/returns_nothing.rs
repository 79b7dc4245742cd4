use resilient_runtime::resilient;

#[resilient(retry = 3)]
trait ScoutApi {
    async fn ping(&self);
}

struct Client;

impl ScoutApi for Client {
    async fn ping(&self) {}
}

async fn trade() {
    ResilientScoutApi::new(Client).ping().await;
}

fn main() {}
