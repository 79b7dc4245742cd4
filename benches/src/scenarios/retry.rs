//! Retry alone, with nothing to retry.

use resilient_runtime::{Registry, resilient};

use super::{Entry, api, peers};
use crate::{
    floor::{Refused, retried},
    harness::{Contender, Reaches, Role, Scenario},
    work::{Client, drive, ready},
};

/// In order.
pub const ALL: &[Entry] = &[("retry/success", true, success)];

api! {
    #[resilient(service = "retry", retry(max = 3, base = "1s"))]
    Retried
}

fn success() -> Scenario {
    let every = Reaches::Every;
    let ours = ResilientRetried::with_registry(Client, &Registry::new());
    let contenders = vec![
        Contender::new(Role::Ours, "ours", every, move |_| drive(ours.ready()).is_ok()),
        Contender::new(Role::Floor, "floor", every, move |_| {
            drive(retried(async || ready().await.map_err(Refused::Failed))).is_ok()
        }),
    ];
    Scenario::new(
        "Retry, up to three attempts, the first one succeeds",
        contenders,
        peers!(retry::success),
    )
}
