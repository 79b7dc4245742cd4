use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;

#[resilient(cache = "5m")]
trait ScoutApi {
    async fn read(&self, buffer: &mut Vec<u8>) -> Result<usize, ScoutError>;
}

fn main() {}
