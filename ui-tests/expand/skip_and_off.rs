//! Methods that pass straight through, and a policy that is taken away.

use resilient_runtime::resilient;
use ui_tests::shapes::{Market, ScoutError};

#[resilient(breaker(threshold = 2), rate(limit = 10.0, burst = 3))]
pub trait Mixed {
    async fn guarded(&self) -> Result<Market, ScoutError>;

    #[resilient(breaker = off, rate = off)]
    async fn unguarded(&self) -> Result<Market, ScoutError>;

    #[resilient(breaker(recovery = "5s"))]
    async fn guarded_alone(&self) -> Result<Market, ScoutError>;

    #[resilient(skip)]
    async fn raw(&self, token: String) -> Option<Market>;

    #[resilient(skip)]
    fn close(self) -> u32
    where
        Self: Sized;

    #[resilient(skip)]
    fn kind() -> &'static str
    where
        Self: Sized;
}
