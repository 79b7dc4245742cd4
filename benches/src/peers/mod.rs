//! What a user would take instead: the same scenarios with other libraries. Behind the feature `peers`, without which
//! `scripts/bench --check` compiles ours and the floor alone.

pub mod breaker;
pub mod bulkhead;
pub mod keys;
pub mod memory;
pub mod rate;
pub mod retry;
pub mod threads;
pub mod timeout;
pub mod together;

/// A service of tower behind a layer, asked as its documentation says.
macro_rules! tower_service {
    ($layer:expr, $operation:expr) => {{
        let mut service = tower::Layer::layer(&$layer, tower::service_fn($operation));
        move |number: u64| {
            $crate::work::drive(async {
                tower::Service::call(tower::ServiceExt::ready(&mut service).await?, number).await
            })
        }
    }};
}
use tower_service;

/// Their name for what is built of it, in every scenario.
pub const TOWER: &str = "tower-resilience";
