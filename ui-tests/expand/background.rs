use resilient_runtime::{Classify, Rejection, resilient};

/// Prices that nobody waits for twice.
#[resilient(cache(memory = "1h", refresh = "1m", background))]
pub trait Prices {
    async fn price(&self, item: &str, filters: Vec<u32>) -> Result<u32, PriceError>;

    #[resilient(cache(background = false))]
    async fn rare(&self, item: Option<&str>) -> Result<u32, PriceError>;
}

#[derive(Debug)]
pub struct PriceError;

impl From<Rejection> for PriceError {
    fn from(_: Rejection) -> Self {
        Self
    }
}

impl Classify for PriceError {}
