use resilient_runtime::{Classify, Rejection, resilient};

/// A shop whose answers say in many ways what went wrong.
#[resilient(
    breaker(
        threshold = 0.5,
        window = "30s",
        min_calls = 10,
        slow = "2s",
        on = ShopError::Down | ShopError::Garbled,
        ignore = ShopError::Missing { .. },
        failure_if = is_apology
    ),
    retry(
        max = 4,
        backoff = fibonacci,
        except = ShopError::Busy(after) if *after > 10,
        when = is_transient,
        retry_if = is_pending,
        hook = note,
        within = "30s",
        budget = 0.1
    )
)]
pub trait Shop {
    async fn order(&self, item: &str) -> Result<Order, ShopError>;
}

pub struct Order {
    pub status: u16,
}

#[derive(Debug)]
pub enum ShopError {
    Down,
    Garbled,
    Busy(u64),
    Missing { item: String },
    Rejected(Rejection),
}

impl From<Rejection> for ShopError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl Classify for ShopError {}

fn is_apology(order: &Order) -> bool {
    order.status == 299
}

fn is_pending(order: &Order) -> bool {
    order.status == 202
}

fn is_transient(error: &ShopError) -> bool {
    matches!(error, ShopError::Down)
}

fn note(retrying: &resilient_runtime::Retrying<'_, ShopError>) {
    let _ = retrying.delay;
}
