//! backon and tower-resilience.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use tower_resilience::retry::RetryLayer;

use super::{TOWER, tower_service};
use crate::{
    harness::{Contender, Reaches, Role},
    work::{Fault, drive, ready},
};

/// Beside `retry/success`.
pub fn success() -> Vec<Contender> {
    let every = Reaches::Every;
    let backoff = ExponentialBuilder::default().with_max_times(2).with_jitter();
    let mut tower = tower_service!(
        RetryLayer::<u64, u64, Fault>::builder()
            .max_attempts(3)
            .exponential_backoff(Duration::from_secs(1))
            .build(),
        |_: u64| ready()
    );
    vec![
        Contender::new(Role::Peer, "backon", every, move |_| {
            drive(ready.retry(backoff).when(|fault| *fault == Fault::Down).into_future()).is_ok()
        }),
        Contender::new(Role::Peer, TOWER, every, move |number| tower(number).is_ok()),
    ]
}
