//! The bulkhead alone, with a place free.

use resilient_runtime::{Registry, resilient};
use tokio::sync::Semaphore;
use tower_resilience::bulkhead::BulkheadLayer;

use super::{Entry, api, tower_service};
use crate::{
    floor::{Places, Refused},
    harness::{Contender, Reaches, Role, Scenario},
    work::{Client, drive, ready},
};

/// In order.
pub const ALL: &[Entry] = &[("bulkhead/free", true, free)];

api! {
    #[resilient(service = "bulkhead", bulkhead = 10)]
    Bounded
}

fn free() -> Scenario {
    let every = Reaches::Every;
    let ours = ResilientBounded::with_registry(Client, &Registry::new());
    let places = Places::new(10);
    let semaphore = Semaphore::new(10);
    let mut tower = tower_service!(
        BulkheadLayer::builder()
            .max_concurrent_calls(10)
            .reject_when_full()
            .build()
            .expect("valid"),
        |_: u64| ready()
    );
    Scenario {
        title: "Bulkhead of ten, a place is free",
        contenders: vec![
            Contender::new(Role::Ours, "ours", every, move |_| drive(ours.ready()).is_ok()),
            Contender::new(Role::Floor, "floor", every, move |_| {
                let call = async {
                    let _place = places.enter()?;
                    ready().await.map_err(Refused::Failed)
                };
                drive(call).is_ok()
            }),
            Contender::new(Role::Peer, "semaphore", every, move |_| {
                // Not `acquire`, which makes a future: our bulkhead rejects at once too.
                let call = async {
                    let _permit = semaphore.try_acquire().ok()?;
                    ready().await.ok()
                };
                drive(call).is_some()
            }),
            Contender::new(Role::Peer, "tower-resilience", every, move |number| {
                tower(number).is_ok()
            }),
        ],
    }
}
