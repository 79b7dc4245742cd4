use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;

struct Page<'a>(&'a str);

#[resilient(cache = "5m")]
trait ScoutApi {
    async fn page(&self) -> Result<Page, ScoutError>;
}

fn main() {}
