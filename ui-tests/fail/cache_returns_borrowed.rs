use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;

#[resilient(cache = "5m")]
trait ScoutApi {
    async fn name(&self) -> Result<&str, ScoutError>;
}

fn main() {}
