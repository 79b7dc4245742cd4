//! Patterns, slices, lifetimes, trait objects, arrays, exclusive references and `Result` under any name.
#![deny(warnings)]

use std::{error::Error, fmt::Display, io};

use resilient_runtime::{Rejection, resilient};
use ui_tests::shapes::{Market, ScoutError};

type Answer<V, E = ScoutError> = core::result::Result<V, E>;

#[resilient(retry = 3, breaker(threshold = 2), timeout = "1s")]
trait ScoutApi {
    async fn alias(&self) -> Answer<Market>;
    async fn io(&self, path: &std::path::Path) -> io::Result<()>;
    async fn boxed(&self) -> Result<(), Box<dyn Error + Send + Sync>>;
    async fn rejected(&self) -> Result<(), Rejection>;
    #[allow(unused_parens)]
    async fn in_parentheses(&self) -> (Result<(u8, u8), ScoutError>);
    async fn nested(&self) -> Result<Result<u8, ()>, ScoutError>;
    async fn lifetimes<'a, 'b: 'a>(
        &'a self,
        one: &'a str,
        other: &'b str,
    ) -> Result<&'a str, ScoutError>;
    async fn slices(
        &self,
        all: &[Market],
        some: [u8; 3],
        raw: &[&str],
    ) -> Result<usize, ScoutError>;
    async fn objects(
        &self,
        shown: &(dyn Display + Sync),
        call: fn(u8) -> u8,
    ) -> Result<(), ScoutError>;
    async fn exclusive(&self, buffer: &mut Vec<u8>, flag: &mut bool) -> Result<usize, ScoutError>;
    async fn generic<Q: Into<String> + Clone + Send + Sync>(
        &self,
        query: Q,
    ) -> Result<Market, ScoutError>;
    async fn implied(
        &self,
        query: impl Into<String> + Clone + Send + Sync,
    ) -> Result<Market, ScoutError>;
    async fn by_reference(&self, query: &(impl Display + Sync)) -> Result<Market, ScoutError>
    where
        Self: Sized,
        Self: Sync,
    {
        let query = query.to_string();
        Ok(Market::named(&query))
    }
    async fn constant<const N: usize>(&self, numbers: [u8; N]) -> Result<[u8; N], ScoutError>;
    async fn pair(
        &self,
        (left, right): (u8, u8),
        mut count: u32,
        _: bool,
    ) -> Result<u32, ScoutError> {
        count += u32::from(left) + u32::from(right);
        Ok(count)
    }
    async fn qualified(&self)
    -> ::std::result::Result<<Vec<u8> as IntoIterator>::Item, ScoutError>;
    #[resilient(cache = "5m")]
    async fn for_ever(&self, name: &'static str) -> Result<&'static str, ScoutError>;
}

fn main() {}
