//! Everything in the attribute, the signature and the body may come from a macro's fragments.
#![deny(warnings)]

use resilient_runtime::{Failure, resilient};
use ui_tests::shapes::{Market, ScoutError};

macro_rules! api {
    ($vis:vis $name:ident, $method:ident($argument:ident: $argument_ty:ty) -> $value:ty, $error:ty;
     $attempts:literal, $limit:expr, $memory:literal, $when:path, $fallback:path, $key:expr, $last:expr, $closure:expr, $body:block) => {
        #[resilient(
            service = $memory,
            retry(max = $attempts, when = $when),
            rate = $limit,
            breaker(recovery = $memory),
            cache(memory = $memory, key = $key),
            fallback($closure, $fallback, value = $last),
        )]
        $vis trait $name {
            async fn $method(&self, $argument: $argument_ty) -> Result<$value, $error>;

            #[resilient(cache(memory = $memory, key = 1), retry = $attempts, fallback = off)]
            async fn with_body(&self) -> Result<$value, $error> $body
        }
    };
}

api!(
    pub(crate) ScoutApi, market_data(league: &str) -> Market, ScoutError;
    3, 0.5, "5m", ScoutError::is_transient, offline, league, Market::named(league),
    |failure| async move { offline::<Market>(failure).await }, { Ok(Market::default()) }
);

async fn offline<V>(failure: Failure<ScoutError>) -> Result<V, ScoutError> {
    Err(failure.error)
}

struct Client;

impl ScoutApi for Client {
    async fn market_data(&self, _league: &str) -> Result<Market, ScoutError> {
        Err(ScoutError)
    }
}

macro_rules! whole_attribute {
    ($(#[$attribute:meta])* $name:ident, $result:ty) => {
        $(#[$attribute])*
        trait $name {
            async fn get(&self) -> $result;
        }
    };
}

whole_attribute!(
    #[resilient(retry = 3)]
    #[allow(dead_code)]
    Whole,
    std::io::Result<u8>
);

macro_rules! all_tokens {
    ($($tokens:tt)*) => { $($tokens)* };
}

all_tokens! {
    #[resilient(retry = 3, fallback = |failure| async move { if id == 7 { Ok(id) } else { Err(failure.error) } })]
    #[allow(dead_code)]
    trait Tokens {
        async fn get(&self, id: u8) -> std::io::Result<u8>;
    }
}

fn main() {
    let _ = ResilientScoutApi::new(Client);
}
