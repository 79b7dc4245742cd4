//! A default body: forwarded, so that the inner type's own override is kept.

use resilient_runtime::resilient;
use ui_tests::shapes::ScoutError;

#[resilient(timeout = "1s")]
pub trait Health {
    async fn ping(&self) -> Result<u32, ScoutError>;

    async fn is_well(&self, (least, _most): (u32, u32)) -> Result<bool, ScoutError> {
        Ok(self.ping().await? >= least)
    }

    #[resilient(skip)]
    fn name(&self) -> &'static str {
        "health"
    }
}
