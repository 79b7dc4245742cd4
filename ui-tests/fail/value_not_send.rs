use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;

use std::rc::Rc;

#[resilient(retry = 3)]
trait ScoutApi {
    async fn search(&self) -> Result<Rc<str>, ScoutError>;
}

fn main() {}
