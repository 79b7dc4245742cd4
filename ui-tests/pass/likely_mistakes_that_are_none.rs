//! What looks like a mistake, and was said to be meant or only has the looks.
#![deny(warnings)]

use std::time::Duration;

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry(max = 3, idempotent = true), hedge(after = "50ms"))]
trait Keyed {
    async fn create_order(&self, item: &str) -> Result<Market, ScoutError>;
}

#[resilient(retry = 3)]
trait Orders {
    #[resilient(retry(idempotent = false))]
    async fn create_order(&self, item: &str) -> Result<Market, ScoutError>;

    #[resilient(retry = off)]
    async fn pay(&self, order: &str) -> Result<Market, ScoutError>;

    #[resilient(retry(max = 1))]
    async fn charge(&self, order: &str) -> Result<Market, ScoutError>;

    #[resilient(retry(when = ScoutError::is_transient))]
    async fn submit(&self, order: &str) -> Result<Market, ScoutError>;

    #[resilient(skip)]
    async fn insert(&self, order: &str) -> Result<Market, ScoutError>;

    #[allow(deprecated)]
    #[resilient(hedge = "50ms")]
    async fn post_order(&self, order: &str) -> Result<Market, ScoutError>;

    #[cfg(any())]
    async fn purchase(&self, order: &str) -> Result<Market, ScoutError>;

    async fn transfer_history(&self) -> Result<Market, ScoutError>;

    async fn create_or_replace(&self) -> Result<Market, ScoutError>;

    async fn send(&self, request: &str) -> Result<Market, ScoutError>;

    async fn payments(&self) -> Result<Market, ScoutError>;

    async fn created(&self) -> Result<Market, ScoutError>;
}

#[allow(deprecated)]
#[resilient(retry = 4, cache = "5m", timeout(call = "5s"))]
trait Meant {
    async fn create_order(&self, item: &str) -> Result<(), ScoutError>;
}

#[resilient(retry(max = 4, within = "4s"), timeout(call = "5s"))]
trait Bounded {
    async fn market_data(&self) -> Result<Market, ScoutError>;

    #[resilient(retry(backoff = delays, max = 100, within = "4s"))]
    async fn trends(&self) -> Result<Market, ScoutError>;

    #[resilient(cache = "5m")]
    async fn settings(&self) -> Result<Option<Market>, ScoutError>;

    #[resilient(cache = "5m")]
    async fn update_history(&self) -> Result<Market, ScoutError>;
}

fn delays(_: u32) -> Duration {
    Duration::from_secs(1)
}

macro_rules! client {
    ($($api:ident { $($method:ident($($argument:ident),*) -> $returns:ty;)+ })+) => {
        $(impl $api for Client {
            $(async fn $method(&self, $($argument: &str),*) -> Result<$returns, ScoutError> {
                $(let _ = $argument;)*
                Ok(<$returns>::default())
            })+
        })+
    };
}

#[derive(Clone)]
struct Client;

client! {
    Keyed { create_order(item) -> Market; }
    Orders {
        create_order(item) -> Market;
        pay(order) -> Market;
        charge(order) -> Market;
        submit(order) -> Market;
        insert(order) -> Market;
        post_order(order) -> Market;
        transfer_history() -> Market;
        create_or_replace() -> Market;
        send(request) -> Market;
        payments() -> Market;
        created() -> Market;
    }
    Meant { create_order(item) -> (); }
    Bounded {
        market_data() -> Market;
        trends() -> Market;
        settings() -> Option<Market>;
        update_history() -> Market;
    }
}

fn main() {
    let _ = ResilientKeyed::new(Client).create_order("");
    let _ = ResilientMeant::new(Client).create_order("");
    let bounded = ResilientBounded::new(Client);
    let _ = (bounded.market_data(), bounded.trends(), bounded.settings(), bounded.update_history());
    let orders = ResilientOrders::new(Client);
    let _ = (orders.create_order(""), orders.pay(""), orders.charge(""), orders.submit(""));
    let _ = (orders.insert(""), orders.post_order(""), orders.transfer_history());
    let _ = (orders.create_or_replace(), orders.send(""), orders.payments(), orders.created());
}
