//! Whatever the user calls `Option`, `Ok`, `Send` or `core`, the expansion means the real ones.
#![deny(warnings)]
#![allow(dead_code, unused_macros, unused_imports, non_camel_case_types)]

use resilient_runtime::{Classify, resilient};
use ui_tests::shapes::{Market, ScoutError};

type Result<V> = std::result::Result<V, ScoutError>;
struct Option;
struct Some;
struct None;
struct Ok;
struct Err;
struct String;
struct Vec;
struct Box;
struct Duration;
struct Call;
struct Pipeline;
struct Service;
struct Registry;
struct Failure;
struct usize;
struct str_;
trait Clone {}
trait Send {}
trait Sync {}
trait Sized {}
trait Future {}
trait Default {}
trait Debug {}
trait From {}
mod core {}
mod std_ {}
mod alloc {}
mod tokio {}
macro_rules! panic {
    () => {};
}
macro_rules! matches {
    () => {};
}
fn fallible() {}
fn delegate() {}
fn drop() {}

#[resilient(
    breaker(threshold = 3), retry(max = 3, jitter = none), rate = 5, cache(memory = "5m", disk = "30m"),
    timeout = "2s", fallback(offline, backup = Client, value = Market::default()),
)]
trait ScoutApi {
    async fn market_data(&self, league: &str) -> Result<Market>;

    #[resilient(cache = off)]
    async fn by_value(&self, league: Market) -> Result<Market>;
}

#[derive(Classify)]
#[class(server)]
enum Error {
    #[class(delegate)]
    Io(std::io::Error),
    #[class(status = 0, retry_after = 1)]
    Status(u16, std::time::Duration),
    #[class(retry = false, count = false, unsent)]
    Other,
}

async fn offline(failure: ::resilient_runtime::Failure<ScoutError>) -> Result<Market> {
    Result::Err(failure.error)
}

struct Client;

impl ScoutApi for Client {
    async fn market_data(&self, league: &str) -> Result<Market> {
        Result::Ok(Market::named(league))
    }

    async fn by_value(&self, league: Market) -> Result<Market> {
        Result::Ok(league)
    }
}

fn main() {
    let _ = ResilientScoutApi::new(Client).market_data("Mirage");
}
