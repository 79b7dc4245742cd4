use resilient_runtime::resilient;
use std::borrow::Cow;
use ui_tests::shapes::{Market, ScoutError};

type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;

struct Client;

#[resilient(retry = 3)]
impl Client {
    fn market_data(&self, league: Cow<'_, str>) -> BoxFuture<'_, Result<Market, ScoutError>> {
        let name = league.into_owned();
        Box::pin(async move { Ok(Market::named(&name)) })
    }
}

fn main() {}
