//! `skip` forwards what no policy can stand around.
#![deny(warnings)]

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3, cache = "5m")]
trait ScoutApi: Sized + Send + Sync {
    const VERSION: u8 = 4;
    type Page<'a>: Send
    where
        Self: 'a;

    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;
    #[resilient(skip)]
    fn name(&self) -> &str;
    #[resilient(skip)]
    fn connect(url: &str) -> Result<u8, ScoutError>;
    #[resilient(skip)]
    async fn ping(&self);
    #[resilient(skip)]
    async fn close(self) -> u8;
    #[resilient(skip)]
    async fn into_parts(mut self) -> u8 {
        let this = &mut self;
        this.count();
        Self::VERSION
    }
    #[resilient(skip)]
    fn count(&mut self) -> usize;
    #[resilient(skip)]
    fn page<'a>(&'a self) -> Self::Page<'a>;
    #[resilient(skip)]
    fn all(&self) -> impl Iterator<Item = u8>;
    #[resilient(skip)]
    fn later(&self) -> impl Future<Output = u8> + Send;
    #[resilient(skip)]
    fn convert<T: Default>(&self) -> T {
        T::default()
    }
}

struct Client;

impl ScoutApi for Client {
    type Page<'a> = &'a str;

    async fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
        Ok(Market::named(league))
    }
    fn name(&self) -> &str {
        "client"
    }
    fn connect(url: &str) -> Result<u8, ScoutError> {
        u8::try_from(url.len()).map_err(|_| ScoutError)
    }
    async fn ping(&self) {}
    async fn close(self) -> u8 {
        1
    }
    fn count(&mut self) -> usize {
        2
    }
    fn page<'a>(&'a self) -> &'a str {
        "page"
    }
    fn all(&self) -> impl Iterator<Item = u8> {
        [1, 2].into_iter()
    }
    async fn later(&self) -> u8 {
        3
    }
}

fn now<F: Future>(future: F) -> F::Output {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("nothing here waits"),
    }
}

fn main() {
    let mut scout = ResilientScoutApi::new(Client);
    assert_eq!(scout.count(), 2);
    assert_eq!((scout.name(), scout.page()), ("client", "page"));
    assert_eq!(scout.all().sum::<u8>(), 3);
    assert_eq!(scout.convert::<u8>(), 0);
    assert_eq!(now(scout.later()), 3);
    now(scout.ping());
    assert_eq!(now(scout.into_parts()), 4);
    assert_eq!(<ResilientScoutApi<Client> as ScoutApi>::connect("abc").unwrap(), 3);
    assert_eq!(now(ResilientScoutApi::new(Client).close()), 1);
}
