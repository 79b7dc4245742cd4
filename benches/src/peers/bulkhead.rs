//! A semaphore of tokio, and tower-resilience.

use tokio::sync::Semaphore;
use tower_resilience::bulkhead::BulkheadLayer;

use super::{TOWER, tower_service};
use crate::{
    harness::{Contender, Reaches, Role},
    work::{drive, ready},
};

/// Beside `bulkhead/free`.
pub fn free() -> Vec<Contender> {
    let every = Reaches::Every;
    let semaphore = Semaphore::new(10);
    let mut tower = tower_service!(
        BulkheadLayer::builder()
            .max_concurrent_calls(10)
            .reject_when_full()
            .build()
            .expect("valid"),
        |_: u64| ready()
    );
    vec![
        Contender::new(Role::Peer, "semaphore", every, move |_| {
            // Not `acquire`, which makes a future: our bulkhead rejects at once too.
            let call = async {
                let _permit = semaphore.try_acquire().ok()?;
                ready().await.ok()
            };
            drive(call).is_some()
        }),
        Contender::new(Role::Peer, TOWER, every, move |number| tower(number).is_ok()),
    ]
}
