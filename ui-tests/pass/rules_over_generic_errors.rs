//! Rules over an error with a lifetime, of the trait's own, or generic.
#![deny(warnings)]

use resilient_runtime::{Classify, Rejection, Retrying, resilient};

#[derive(Debug)]
enum Fault<'a, C> {
    Code(C),
    Text(&'a str),
    Rejected,
}

impl<C> From<Rejection> for Fault<'_, C> {
    fn from(_: Rejection) -> Self {
        Self::Rejected
    }
}

impl<C> Classify for Fault<'_, C> {}

fn is_text<C>(fault: &Fault<'_, C>) -> bool {
    matches!(fault, Fault::Text(_))
}

#[resilient(
    breaker(on = Fault::Code(_), ignore = Fault::Text("gone"), when = is_text, failure_if = Vec::is_empty),
    retry(max = 2, except = Fault::Text(text) if text.len() > 3, when = is_text, retry_if = Vec::is_empty),
    hedge = "1s",
)]
trait Lifetimes {
    async fn find<'a>(&self, text: &'a str) -> Result<Vec<u8>, Fault<'a, u8>>;

    async fn generic<C: Copy + Send + Sync>(&self, code: C) -> Result<Vec<C>, Fault<'static, C>>;
}

#[resilient(breaker(key = error), retry(max = 2, on = Fault::Code(404 | 429), hook = note))]
trait Own<K: Send + Sync + Clone> {
    type Row;

    async fn find(&self, error: &str, key: K) -> Result<Self::Row, Fault<'static, u16>>;
}

#[resilient(retry(max = 2, when = is_kind, retry_if = Option::is_none), hedge = p90)]
trait Associated {
    type Error: From<Rejection> + Classify + Kind;

    async fn find(&self, call: String) -> Result<Option<u8>, Self::Error>;
}

fn note<E>(retrying: &Retrying<'_, E>) {
    let _ = retrying.delay;
}

trait Kind {
    fn holds(&self) -> bool;
}

fn is_kind<E: Kind>(error: &E) -> bool {
    error.holds()
}

struct Client;

impl Lifetimes for Client {
    async fn find<'a>(&self, text: &'a str) -> Result<Vec<u8>, Fault<'a, u8>> {
        Err(Fault::Text(text))
    }

    async fn generic<C: Copy + Send + Sync>(&self, code: C) -> Result<Vec<C>, Fault<'static, C>> {
        Err(Fault::Code(code))
    }
}

impl Own<u8> for Client {
    type Row = u8;

    async fn find(&self, _error: &str, key: u8) -> Result<u8, Fault<'static, u16>> {
        Ok(key)
    }
}

impl Associated for Client {
    type Error = Other;

    async fn find(&self, _call: String) -> Result<Option<u8>, Other> {
        Ok(Some(1))
    }
}

struct Other;

impl From<Rejection> for Other {
    fn from(_: Rejection) -> Self {
        Self
    }
}

impl Classify for Other {}

impl Kind for Other {
    fn holds(&self) -> bool {
        true
    }
}

fn main() {
    let _ = ResilientLifetimes::new(Client);
    let _ = ResilientOwn::new(Client);
    let _ = ResilientAssociated::new(Client);
}
