//! The bulkhead alone, with a place free.

use resilient_runtime::{Registry, resilient};

use super::{Entry, api, peers};
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
    let contenders = vec![
        Contender::new(Role::Ours, "ours", every, move |_| drive(ours.ready()).is_ok()),
        Contender::new(Role::Floor, "floor", every, move |_| {
            let call = async {
                let _place = places.enter()?;
                ready().await.map_err(Refused::Failed)
            };
            drive(call).is_ok()
        }),
    ];
    Scenario::new("Bulkhead of ten, a place is free", contenders, peers!(bulkhead::free))
}
