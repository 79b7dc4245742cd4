use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;

#[resilient(cache = "5m")]
trait ScoutApi {
    async fn name<'a>(&'a self) -> Result<std::borrow::Cow<'a, str>, ScoutError>;
}

fn main() {}
