//! `#[tracing::instrument]` above and below: a span for each call, or one for each attempt.

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[tracing::instrument]
#[resilient(service = "instrumented", retry = 2)]
async fn each_call(league: &str) -> Result<Market, ScoutError> {
    Ok(Market::named(league))
}

#[resilient(service = "instrumented", retry = 2)]
#[tracing::instrument(skip_all, err)]
async fn each_attempt(league: &str) -> Result<Market, ScoutError> {
    Ok(Market::named(league))
}

struct Client;

#[resilient(service = "instrumented", retry = 2)]
impl Client {
    #[tracing::instrument(skip(self), ret)]
    async fn of_a_block(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::named(league))
    }

    #[tracing::instrument(skip(self))]
    fn that_blocks(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::named(league))
    }
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        assert_eq!(each_call("a").await.unwrap().league, "a");
        assert_eq!(each_attempt("b").await.unwrap().league, "b");
        assert_eq!(Client.of_a_block("c").await.unwrap().league, "c");
        assert_eq!(Client.that_blocks("d").unwrap().league, "d");
    });
}
