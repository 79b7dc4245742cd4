use resilient_runtime::{Classify, Rejection, resilient};

/// A store and what lies in front of it, each with the bundle of its kind.
#[resilient(preset = database, breaker(recovery = "10s"))]
pub trait Store {
    async fn load(&self, id: u64) -> Result<String, StoreError>;

    #[resilient(preset = cache)]
    async fn cached(&self, id: u64) -> Result<String, StoreError>;

    #[resilient(retry = off)]
    async fn save(&self, id: u64, text: String) -> Result<(), StoreError>;
}

#[derive(Debug)]
pub struct StoreError;

impl From<Rejection> for StoreError {
    fn from(_: Rejection) -> Self {
        Self
    }
}

impl Classify for StoreError {}
