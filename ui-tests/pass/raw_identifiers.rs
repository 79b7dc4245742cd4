//! Keywords as names: raw, and weak ones plain.
#![deny(warnings)]
#![allow(non_camel_case_types)]

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(retry = 3, cache(memory = "5m", key = (r#type, r#gen)), fallback(value = Market::named(r#type)))]
trait r#trait {
    // A text captures a raw name without its `r#`.
    #[resilient(rate(limit = 5, key = format!("{type}-{gen}")))]
    async fn r#match(
        &self,
        r#type: &str,
        r#gen: u8,
        union: u8,
        auto: u8,
    ) -> Result<Market, ScoutError>;
    #[resilient(cache = off, fallback = |failure| async move { drop(r#move); Err(failure.error) })]
    async fn r#async(&self, r#move: String, off: u8, skip: u8) -> Result<Market, ScoutError>;
    #[resilient(skip)]
    fn r#fn(&self, r#dyn: u8) -> u8;
}

struct Client;

impl r#trait for Client {
    async fn r#match(
        &self,
        r#type: &str,
        _: u8,
        union: u8,
        auto: u8,
    ) -> Result<Market, ScoutError> {
        Ok(Market::named(&format!("{type}{union}{auto}", type = r#type)))
    }
    async fn r#async(&self, r#move: String, off: u8, skip: u8) -> Result<Market, ScoutError> {
        Ok(Market::named(&format!("{move}{off}{skip}", move = r#move)))
    }
    fn r#fn(&self, r#dyn: u8) -> u8 {
        r#dyn
    }
}

fn main() {
    let scout = Resilienttrait::new(Client);
    assert!(scout.service().method("match").is_some() && scout.service().method("async").is_some());
    assert_eq!(scout.r#fn(5), 5);
    let _ = (scout.r#match("x", 1, 2, 3), scout.r#async(String::new(), 1, 2));
}
