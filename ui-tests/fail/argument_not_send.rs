use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

use std::rc::Rc;

#[resilient(retry = 3)]
trait ScoutApi {
    async fn search(&self, query: Rc<str>) -> Result<Market, ScoutError>;
}

fn main() {}
