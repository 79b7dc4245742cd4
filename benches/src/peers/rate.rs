//! governor and tower-resilience.

use std::{num::NonZeroU32, time::Duration};

use governor::{Quota, RateLimiter, clock::MonotonicClock};
use tower_resilience::ratelimiter::RateLimiterLayer;

use super::{TOWER, tower_service};
use crate::{
    harness::{Contender, Reaches, Role},
    scenarios::rate::RATE,
    work::{drive, ready},
};

/// Beside `rate/token`.
pub fn token() -> Vec<Contender> {
    let every = Reaches::Every;
    let quota = Quota::per_second(NonZeroU32::new(RATE).expect("not 0"));
    // Its default clock is quanta, which reads the counter of the processor itself; the other one is what the rest reads.
    let (quanta, monotonic) =
        (RateLimiter::direct(quota), RateLimiter::direct_with_clock(quota, MonotonicClock));
    let mut tower = tower_service!(
        RateLimiterLayer::builder()
            .limit_for_period(RATE as usize)
            .refresh_period(Duration::from_secs(1))
            .build()
            .expect("valid"),
        |_: u64| ready()
    );
    vec![
        Contender::new(Role::Peer, "governor", every, move |_| {
            let call = async {
                quanta.until_ready().await;
                ready().await
            };
            drive(call).is_ok()
        }),
        Contender::new(Role::Peer, "governor, the system's clock", every, move |_| {
            let call = async {
                monotonic.until_ready().await;
                ready().await
            };
            drive(call).is_ok()
        }),
        Contender::new(Role::Peer, TOWER, every, move |number| tower(number).is_ok()),
    ]
}
