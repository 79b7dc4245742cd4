//! sqlx and redis.

use std::{borrow::Cow, error::Error as StdError, fmt, io, net::TcpListener};

use redis::RedisError;
use resilient_runtime::ErrorKind;
use sqlx::{
    Error,
    error::{DatabaseError, ErrorKind as Violation},
};

use super::{
    plain::{Boxed, NoData, open, refused},
    table::{FAILURE, FAULT, PATIENCE, Table, UNSENT, UNSENT_FAULT, UNSENT_PATIENCE},
};

/// What a database says, by its code.
#[derive(Debug)]
struct Said(&'static str);

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl StdError for Said {}

impl DatabaseError for Said {
    fn message(&self) -> &str {
        self.0
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.0.into())
    }

    fn as_error(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> Violation {
        if self.0 == "23505" { Violation::UniqueViolation } else { Violation::Other }
    }
}

pub(crate) fn rows(table: &mut Table) {
    databases(table);
    sqlx(table);
    redis(table);
}

fn databases(table: &mut Table) {
    use ErrorKind::{Auth, Client, Network, RateLimit, Server, Timeout, Unknown};
    for (code, kind, answers) in [
        ("23505", Client, FAULT),              // unique violation
        ("42P01", Client, FAULT),              // no such table
        ("28P01", Auth, FAULT),                // wrong password
        ("42501", Auth, FAULT),                // not allowed
        ("40001", Server, PATIENCE),           // serialization failure
        ("40P01", Server, PATIENCE),           // deadlock
        ("53300", RateLimit, UNSENT_PATIENCE), // too many connections
        ("57P03", Server, UNSENT),             // starting up
        ("57P01", Server, FAILURE),            // shutting down
        ("57014", Timeout, FAILURE),           // cancelled by the statement timeout
        ("08006", Network, FAILURE),           // connection failure
        ("HY000", Unknown, FAILURE),           // MySQL's general error
        ("5", Server, PATIENCE),               // SQLite: busy
        ("517", Server, PATIENCE),             // SQLite: busy, snapshot
        ("1", Client, FAULT),                  // SQLite: error in the statement
        ("10", Server, FAILURE),               // SQLite: io
        ("?", Unknown, FAILURE),
    ] {
        table.row(&format!("sqlx: {code}"), &Error::Database(Box::new(Said(code))), kind, answers);
    }
}

fn sqlx(table: &mut Table) {
    use ErrorKind::{Client, Network, Server, Timeout};
    table.row("sqlx: refused", &Error::Io(refused()), Network, UNSENT);
    table.row("sqlx: reset", &Error::Io(io::ErrorKind::ConnectionReset.into()), Network, FAILURE);
    table.row("sqlx: boxed", &Boxed::from(NoData(Error::Io(refused()))), Network, UNSENT);
    table.row("sqlx: no row", &Error::RowNotFound, Client, FAULT);
    table.row("sqlx: no column", &Error::ColumnNotFound("id".into()), Client, FAULT);
    table.row("sqlx: undecodable", &Error::Decode("?".into()), Client, FAULT);
    table.row("sqlx: configuration", &Error::Configuration("?".into()), Client, UNSENT_FAULT);
    table.row("sqlx: no connection free", &Error::PoolTimedOut, Timeout, UNSENT);
    table.row("sqlx: pool closed", &Error::PoolClosed, Client, UNSENT_FAULT);
    table.row("sqlx: protocol", &Error::Protocol("?".into()), Server, FAILURE);
    table.row("sqlx: tls", &Error::Tls("?".into()), Network, UNSENT);
    table.row("sqlx: crashed", &Error::WorkerCrashed, Server, FAILURE);
    let wrapped = Error::AnyDriverError(Box::new(refused()));
    table.row("sqlx: of a driver", &wrapped, Network, UNSENT);
    table.row("sqlx: rejected", &Error::Decode(Box::new(open())), Server, UNSENT_FAULT);
}

fn redis(table: &mut Table) {
    use ErrorKind::{Auth, Client, Network, Server, Timeout, Unknown};
    let nobody = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let client = redis::Client::open(format!("redis://{}/", nobody.expect("a port")));
    let connected = client.and_then(|client| client.get_connection().map(|_| ()));
    table.row("redis: refused", &connected.expect_err("nobody listens"), Network, UNSENT);
    let address = redis::Client::open("no address").expect_err("no address");
    table.row("redis: no address", &address, Client, UNSENT_FAULT);
    let io = |kind: io::ErrorKind| RedisError::from(io::Error::from(kind));
    table.row("redis: reset", &io(io::ErrorKind::ConnectionReset), Network, FAILURE);
    table.row("redis: timed out", &io(io::ErrorKind::TimedOut), Timeout, FAILURE);
    table.row("redis: rejected", &RedisError::from(io::Error::from(open())), Server, UNSENT_FAULT);
    for (said, kind, answers) in [
        ("-ERR unknown command", Client, FAULT),
        ("-LOADING", Server, FAILURE),
        ("-CLUSTERDOWN", Server, FAILURE),
        ("-MASTERDOWN", Server, FAILURE),
        ("-READONLY", Server, FAILURE),
        ("-TRYAGAIN", Server, PATIENCE),
        ("-MOVED 1 127.0.0.1:1", Server, PATIENCE),
        ("-NOPERM", Auth, FAULT),
        ("-NOAUTH", Auth, FAULT),
        ("-WRONGTYPE", Client, FAULT),
        ("-OOM", Server, FAILURE),
        ("-CUSTOM", Unknown, FAILURE),
    ] {
        let value = redis::parse_redis_value(format!("{said}\r\n").as_bytes());
        let error = value.and_then(redis::Value::extract_error).expect_err("an error");
        table.row(&format!("redis: {said}"), &error, kind, answers);
    }
    let garbage = redis::parse_redis_value(b"?\r\n").expect_err("no answer");
    table.row("redis: garbage", &garbage, Server, FAILURE);
}
