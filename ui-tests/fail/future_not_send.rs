use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3)]
trait ScoutApi {
    async fn ping(&self) -> Result<Market, ScoutError>;
}

struct Client;

impl ScoutApi for Client {
    async fn ping(&self) -> Result<Market, ScoutError> {
        let shared = std::rc::Rc::new(5);
        std::future::ready(()).await;
        Ok(Market::named(&shared.to_string()))
    }
}

fn main() {}
