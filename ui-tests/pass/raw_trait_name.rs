//! The service of a trait with a raw name is called without the `r#`.
#![deny(warnings)]
#![allow(non_camel_case_types)]

use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;

#[resilient(retry = 3)]
trait r#try {
    async fn get(&self) -> Result<u8, ScoutError>;
}

struct Client;

impl r#try for Client {
    async fn get(&self) -> Result<u8, ScoutError> {
        Ok(1)
    }
}

fn main() {
    assert_eq!(Resilienttry::new(Client).service().name(), "try");
}
