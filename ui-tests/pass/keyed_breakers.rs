//! The key of a breaker is an expression over the arguments, which the call may need afterwards.
#![deny(warnings)]

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[derive(Clone)]
struct Target {
    host: String,
    port: u16,
}

impl Target {
    fn host(&self) -> &str {
        &self.host
    }
}

#[resilient(
    retry = 2,
    hedge = "50ms",
    breaker(threshold = 2, key = target.host()),
    fallback(|failure| async move {
        drop(failure);
        Ok(Market::named(&target.host))
    }),
)]
trait Hosts {
    async fn by_method(&self, target: Target) -> Result<Market, ScoutError>;

    #[resilient(breaker(key = target.port))]
    async fn by_field(&self, target: &Target) -> Result<Market, ScoutError>;

    #[resilient(breaker(key = port % 2), fallback = off)]
    async fn by_operator(&self, port: u16) -> Result<Market, ScoutError>;

    #[resilient(breaker(key = port as u8), fallback = off)]
    async fn by_cast(&self, port: u16) -> Result<Market, ScoutError>;

    #[resilient(breaker(key = name), fallback = off, cache = "5m")]
    async fn by_value(&self, name: String) -> Result<Market, ScoutError>;

    #[resilient(breaker(key = &*name), fallback = off)]
    async fn by_reference(&self, name: String) -> Result<Market, ScoutError>;

    #[resilient(breaker(key = if port == 0 { "none" } else { name }), fallback = off)]
    async fn by_choice(&self, name: &str, port: u16) -> Result<Market, ScoutError>;

    #[resilient(breaker(key = format_args!("{name}:{port}")), fallback = off)]
    async fn by_text(&self, name: &str, port: u16) -> Result<Market, ScoutError>;

    #[resilient(breaker(key = self.region()), fallback = off)]
    async fn by_client(&self, name: &str) -> Result<Market, ScoutError>;

    #[resilient(breaker(key = names[0]), fallback = off)]
    async fn by_index(&self, names: &[String]) -> Result<Market, ScoutError>;

    #[resilient(breaker(key = -offset), fallback = off)]
    async fn by_sign(&self, offset: i32) -> Result<Market, ScoutError>;

    #[resilient(breaker(key = call), retry(on = error if { let _: &ScoutError = error; true }), fallback = off)]
    async fn by_our_names(
        &self,
        call: &str,
        attempt: String,
        outcome: u8,
        error: &str,
        key: Target,
    ) -> Result<Market, ScoutError>;

    #[resilient(skip)]
    fn region(&self) -> &str;
}

struct Client;

impl Hosts for Client {
    async fn by_method(&self, target: Target) -> Result<Market, ScoutError> {
        Ok(Market::named(&target.host))
    }

    async fn by_field(&self, target: &Target) -> Result<Market, ScoutError> {
        Ok(Market::named(&target.host))
    }

    async fn by_operator(&self, port: u16) -> Result<Market, ScoutError> {
        Ok(Market::named(&port.to_string()))
    }

    async fn by_cast(&self, port: u16) -> Result<Market, ScoutError> {
        Ok(Market::named(&port.to_string()))
    }

    async fn by_value(&self, name: String) -> Result<Market, ScoutError> {
        Ok(Market::named(&name))
    }

    async fn by_reference(&self, name: String) -> Result<Market, ScoutError> {
        Ok(Market::named(&name))
    }

    async fn by_choice(&self, name: &str, port: u16) -> Result<Market, ScoutError> {
        Ok(Market::named(&format!("{name}{port}")))
    }

    async fn by_text(&self, name: &str, port: u16) -> Result<Market, ScoutError> {
        Ok(Market::named(&format!("{name}{port}")))
    }

    async fn by_client(&self, name: &str) -> Result<Market, ScoutError> {
        Ok(Market::named(name))
    }

    async fn by_index(&self, names: &[String]) -> Result<Market, ScoutError> {
        Ok(Market::named(&names[0]))
    }

    async fn by_sign(&self, offset: i32) -> Result<Market, ScoutError> {
        Ok(Market::named(&offset.to_string()))
    }

    async fn by_our_names(
        &self,
        call: &str,
        attempt: String,
        outcome: u8,
        error: &str,
        key: Target,
    ) -> Result<Market, ScoutError> {
        Ok(Market::named(&format!("{call}{attempt}{outcome}{error}{}", key.host)))
    }

    fn region(&self) -> &str {
        "eu"
    }
}

fn main() {
    let hosts = ResilientHosts::new(Client);
    let _ = hosts.inner();
}
