use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;

#[resilient(retry = 3)]
trait ScoutApi {
    async fn reconnect(&self) -> Result<Self, ScoutError>
    where
        Self: Sized;
}

fn main() {}
