//! Only the decorator's own methods are taken: those of its fields and of its derived traits are free.
#![deny(warnings)]

use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;

#[resilient(retry = 3)]
trait Api {
    async fn clone(&self) -> Result<u8, ScoutError>;
    async fn fmt(&self) -> Result<u8, ScoutError>;
    async fn begin(&self) -> Result<u8, ScoutError>;
    async fn settle(&self) -> Result<u8, ScoutError>;
    async fn finish(&self) -> Result<u8, ScoutError>;
    async fn run(&self) -> Result<u8, ScoutError>;
    async fn next_attempt(&self) -> Result<u8, ScoutError>;
    async fn method(&self) -> Result<u8, ScoutError>;
    async fn declare(&self) -> Result<u8, ScoutError>;
    async fn drop(&self) -> Result<u8, ScoutError>;
    async fn from(&self) -> Result<u8, ScoutError>;
    async fn poll(&self) -> Result<u8, ScoutError>;
    async fn registry(&self) -> Result<u8, ScoutError>;
    #[resilient(skip)]
    async fn skip(&self) -> u8;
    #[resilient(retry = off)]
    async fn off(&self) -> Result<u8, ScoutError>;
}

fn main() {}
