//! Everything that `matches!` takes may stand behind `on`, `ignore` and `except`.
#![deny(warnings)]

use resilient_runtime::{Classify, Rejection, resilient};

#[derive(Debug, PartialEq)]
enum Fault {
    Status(u16),
    Named(String),
    Wrapped { inner: Box<Fault>, code: i32 },
    Bytes([u8; 3]),
    Io(std::io::ErrorKind),
    Gone,
}

impl From<Rejection> for Fault {
    fn from(_: Rejection) -> Self {
        Self::Gone
    }
}

impl Classify for Fault {}

const TEAPOT: u16 = 418;

macro_rules! server_error {
    () => {
        500..=599
    };
}

macro_rules! either {
    ($first:pat, $second:pat) => {
        $first | $second
    };
}

use Fault::{Gone, Status};

fn is_named(fault: &Fault) -> bool {
    matches!(fault, Fault::Named(_))
}

#[resilient(
    breaker(
        on = | Fault::Status(500..=599 | TEAPOT) | Fault::Gone,
        ignore = Fault::Wrapped { code: -1 | 0, .. } | Fault::Bytes([b'x', .., b'z']),
        when = is_named,
    ),
    retry(
        max = 2,
        base = "1ms",
        on = error if *error == Fault::Gone || matches!(error, Fault::Status(429)),
        except = Fault::Status(code @ 400..) | Fault::Status(code @ ..100) if *code % 2 == 0,
    ),
)]
trait Many {
    async fn get(&self) -> Result<u8, Fault>;

    #[resilient(
        breaker(on = | Status(_) | Fault::Gone, ignore = Fault::Status(server_error!())),
        retry(except = either!(Gone, Status(1)), on = _),
    )]
    async fn imported(&self) -> Result<u8, Fault>;

    #[resilient(
        breaker(on = Fault::Named(name) if name == "busy" && name.len() > 3),
        retry(
            on = &Fault::Wrapped { ref inner, .. } if matches!(**inner, Fault::Gone),
            except = Fault::Io(std::io::ErrorKind::NotFound | std::io::ErrorKind::PermissionDenied),
        ),
    )]
    async fn nested(&self) -> Result<u8, Fault>;
}

/// What a string pattern matches is a field, for a text is no error.
#[resilient(retry(max = 2, on = Said("busy" | "down"), except = Said(text) if text.is_empty()))]
trait Texts {
    async fn text(&self) -> Result<u8, Said>;
}

struct Said(&'static str);

impl From<Rejection> for Said {
    fn from(_: Rejection) -> Self {
        Self("rejected")
    }
}

impl Classify for Said {}

impl Texts for Client {
    async fn text(&self) -> Result<u8, Said> {
        Err(Said("busy"))
    }
}

struct Client;

impl Many for Client {
    async fn get(&self) -> Result<u8, Fault> {
        Err(Fault::Status(418))
    }

    async fn imported(&self) -> Result<u8, Fault> {
        Err(Fault::Bytes(*b"xyz"))
    }

    async fn nested(&self) -> Result<u8, Fault> {
        let inner = Box::new(Fault::Io(std::io::ErrorKind::NotFound));
        Err(Fault::Wrapped { inner, code: 1 })
    }
}

fn main() {
    let _ = ResilientMany::new(Client);
    let _ = ResilientTexts::new(Client);
}
