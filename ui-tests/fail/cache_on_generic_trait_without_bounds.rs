use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;

#[resilient(cache = "5m")]
trait ScoutApi<V> {
    async fn get(&self) -> Result<V, ScoutError>;
}

fn main() {}
