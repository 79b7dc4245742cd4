//! Io errors, rejections, and what is wrapped in boxes, in io errors, in `anyhow`.

use std::{
    error::Error,
    fs, io,
    net::{TcpListener, TcpStream},
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use resilient_runtime::{
    BreakerConfig, Classify, ErrorKind, Policy, RateConfig, Registry, Rejection, TimeoutConfig,
};

use super::table::{
    Answers, FAILURE, FAULT, PATIENCE, Table, UNSENT, UNSENT_FAULT, UNSENT_PATIENCE,
};

pub(crate) type Boxed = Box<dyn Error + Send + Sync>;

/// A failure that names its cause.
#[derive(Debug, thiserror::Error)]
#[error("no market data")]
pub(crate) struct NoData<E: Error + 'static>(#[source] pub(crate) E);

/// Nothing listens at the port of a listener that is gone.
pub(crate) fn refused() -> io::Error {
    let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    TcpStream::connect(address.expect("a port")).expect_err("nobody listens")
}

fn rejected(policy: resilient_runtime::PolicyBuilder, calls: usize) -> Rejection {
    let policy = policy.registry(&Registry::new()).build().expect("a policy");
    if let Some(breaker) = policy.service().breaker() {
        breaker.force_open();
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime
        .block_on(async {
            for _ in 1..calls {
                policy.call(async || Ok::<(), Rejection>(())).await.expect("the first is admitted");
            }
            policy.call(async || std::future::pending::<Result<(), Rejection>>().await).await
        })
        .expect_err("rejected")
}

pub(crate) fn open() -> Rejection {
    rejected(Policy::builder("scout").breaker(BreakerConfig::new()), 1)
}

pub(crate) fn limited() -> Rejection {
    let rate = RateConfig::new().limit(1.0).burst(1).wait(Duration::ZERO);
    rejected(Policy::builder("scout").rate(rate), 2)
}

pub(crate) fn timed_out() -> Rejection {
    let timeout = TimeoutConfig::new().attempt(Duration::from_secs(1));
    rejected(Policy::builder("scout").timeout(timeout), 1)
}

/// What a rejection by an open breaker is, wherever it is found.
const OPEN: Answers = UNSENT_FAULT;

pub(crate) fn rows(table: &mut Table) {
    ios(table);
    rejections(table);
    chains(table);
}

fn ios(table: &mut Table) {
    use ErrorKind::{Auth, Client, Network, Timeout, Unknown};
    let io = |kind: io::ErrorKind| io::Error::from(kind);
    table.row("refused on loopback", &refused(), Network, UNSENT);
    let missing = fs::read("/nonexistent").expect_err("there is no such file");
    table.row("a missing file", &missing, Client, FAULT);
    let unreadable = String::from_utf8(vec![0xff]).expect_err("no text");
    table.row(
        "io: garbage",
        &io::Error::new(io::ErrorKind::InvalidData, unreadable),
        Unknown,
        FAILURE,
    );
    table.row("io: reset", &io(io::ErrorKind::ConnectionReset), Network, FAILURE);
    table.row("io: eof", &io(io::ErrorKind::UnexpectedEof), Network, FAILURE);
    table.row("io: not connected", &io(io::ErrorKind::NotConnected), Network, UNSENT);
    table.row("io: no address", &io(io::ErrorKind::AddrNotAvailable), Network, UNSENT);
    table.row("io: no route", &io(io::ErrorKind::HostUnreachable), Network, UNSENT);
    table.row("io: timed out", &io(io::ErrorKind::TimedOut), Timeout, FAILURE);
    table.row("io: denied", &io(io::ErrorKind::PermissionDenied), Auth, FAULT);
    table.row("io: other", &io::Error::other("?"), Unknown, FAILURE);
}

fn rejections(table: &mut Table) {
    use ErrorKind::{RateLimit, Server, Timeout};
    table.row("breaker open", &open(), Server, OPEN);
    let wait = 1000;
    table.waiting("rate limited", &limited(), RateLimit, UNSENT_PATIENCE, wait);
    table.row("timed out", &timed_out(), Timeout, PATIENCE);
    table.row("breaker open as io", &io::Error::from(open()), Server, OPEN);
    table.row("timed out as io", &io::Error::from(timed_out()), Timeout, PATIENCE);
    table.waiting("boxed", &Boxed::from(limited()), RateLimit, UNSENT_PATIENCE, wait);
    table.row("boxed twice", &Boxed::from(NoData(NoData(open()))), Server, OPEN);
    table.row("in io in a box", &Boxed::from(NoData(io::Error::from(open()))), Server, OPEN);
    table.row("in a typed box", &Box::new(timed_out()), Timeout, PATIENCE);
    table.row("in an arc", &Arc::new(io::Error::from(open())), Server, OPEN);
    let anyhow = anyhow::Error::new(limited()).context("market").context("tool");
    table.waiting("anyhow", &anyhow, RateLimit, UNSENT_PATIENCE, wait);
    let context = Err::<(), _>(refused()).context(open()).expect_err("failed");
    table.row("as anyhow's context", &context, Server, OPEN);
    assert_eq!(context.rejection(), Some(&open()));
    // Outside it would be the caller's fault; the rejection inside is what happened.
    let inside = io::Error::new(io::ErrorKind::InvalidInput, timed_out());
    table.row("below a kind of its own", &inside, Timeout, PATIENCE);
}

fn chains(table: &mut Table) {
    use ErrorKind::{Network, RateLimit, Timeout, Unknown};
    table.row("a text", &Boxed::from("?"), Unknown, FAILURE);
    table.row("anyhow's text", &anyhow::anyhow!("?"), Unknown, FAILURE);
    table.row("boxed io", &Boxed::from(refused()), Network, UNSENT);
    table.row("boxed deep", &Boxed::from(NoData(NoData(refused()))), Network, UNSENT);
    table.row("io in io", &io::Error::other(refused()), Network, UNSENT);
    let shared: Arc<dyn Error + Send + Sync> = Arc::new(refused());
    table.row("shared", &Boxed::from(NoData(shared)), Network, UNSENT);
    let context = Err::<(), _>(refused()).context("market").context("tool").expect_err("failed");
    table.row("anyhow with contexts", &context, Network, UNSENT);
    table.row("anyhow in a box", &Boxed::from(context), Network, UNSENT);
    let late = NoData(io::Error::from(io::ErrorKind::TimedOut));
    table.row("anyhow of a cause", &anyhow::Error::new(late), Timeout, FAILURE);
    let busy = tonic::Status::resource_exhausted("slowly");
    table.row(
        "a status in io in anyhow",
        &anyhow::Error::new(io::Error::other(busy)),
        RateLimit,
        PATIENCE,
    );
}
