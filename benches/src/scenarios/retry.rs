//! Retry alone, with nothing to retry.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use resilient_runtime::{Registry, resilient};
use tower_resilience::retry::RetryLayer;

use super::{Entry, api, tower_service};
use crate::{
    floor::{Refused, retried},
    harness::{Contender, Reaches, Role, Scenario},
    work::{Client, Fault, drive, ready},
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
    let mut tower = tower_service!(
        RetryLayer::<u64, u64, Fault>::builder()
            .max_attempts(3)
            .exponential_backoff(Duration::from_secs(1))
            .build(),
        |_: u64| ready()
    );
    let backoff = ExponentialBuilder::default().with_max_times(2).with_jitter();
    Scenario {
        title: "Retry, up to three attempts, the first one succeeds",
        contenders: vec![
            Contender::new(Role::Ours, "ours", every, move |_| drive(ours.ready()).is_ok()),
            Contender::new(Role::Floor, "floor", every, move |_| {
                drive(retried(async || ready().await.map_err(Refused::Failed))).is_ok()
            }),
            Contender::new(Role::Peer, "backon", every, move |_| {
                drive(ready.retry(backoff).when(|fault| *fault == Fault::Down).into_future())
                    .is_ok()
            }),
            Contender::new(Role::Peer, "tower-resilience", every, move |number| {
                tower(number).is_ok()
            }),
        ],
    }
}
