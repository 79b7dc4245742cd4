use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(fallback = async |failure| known(failure.error, query.as_ref()))]
trait ScoutApi {
    async fn search<Q: AsRef<str> + Send + Clone>(&self, query: Q) -> Result<Market, ScoutError>;
}

#[resilient(fallback = |failure| async move { known(failure.error, query.as_ref()) })]
trait Mended {
    async fn search<Q: AsRef<str> + Send + Clone>(&self, query: Q) -> Result<Market, ScoutError>;
}

fn known(error: ScoutError, league: &str) -> Result<Market, ScoutError> {
    if league.is_empty() { Err(error) } else { Ok(Market::named(league)) }
}

fn main() {}
