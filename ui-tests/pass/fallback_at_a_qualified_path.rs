//! A path to a function may be qualified by a type.
#![deny(warnings)]

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry(max = 2, when = <ScoutError>::is_transient), fallback = <Offline as Answers>::answer)]
trait ScoutApi {
    async fn market_data(&self) -> Result<Market, ScoutError>;
}

struct Offline;

trait Answers {
    fn answer(
        failure: resilient_runtime::Failure<ScoutError>,
    ) -> impl Future<Output = Result<Market, ScoutError>> + Send;
}

impl Answers for Offline {
    async fn answer(failure: resilient_runtime::Failure<ScoutError>) -> Result<Market, ScoutError> {
        Err(failure.error)
    }
}

fn main() {}
