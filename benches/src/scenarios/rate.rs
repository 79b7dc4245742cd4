//! The rate limit alone, with a token there: of a rate that nothing here comes near.

use std::{num::NonZeroU32, time::Duration};

use governor::{Quota, RateLimiter, clock::MonotonicClock};
use resilient_runtime::{Registry, resilient};
use tower_resilience::ratelimiter::RateLimiterLayer;

use super::{Entry, api, tower_service};
use crate::{
    floor::{Bucket, Refused, now},
    harness::{Contender, Reaches, Role, Scenario},
    work::{Client, drive, ready},
};

/// In order.
pub const ALL: &[Entry] = &[("rate/token", true, token)];

/// A second.
pub const RATE: u32 = 100_000_000;

api! {
    #[resilient(service = "rate", rate(limit = 100_000_000.0))]
    Limited
}

fn token() -> Scenario {
    let every = Reaches::Every;
    let ours = ResilientLimited::with_registry(Client, &Registry::new());
    let bucket = Bucket::new(10, u64::from(RATE));
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
    Scenario {
        title: "Rate limit, a token is there",
        contenders: vec![
            Contender::new(Role::Ours, "ours", every, move |_| drive(ours.ready()).is_ok()),
            Contender::new(Role::Floor, "floor", every, move |_| {
                let call = async {
                    bucket.take(now())?;
                    ready().await.map_err(Refused::Failed)
                };
                drive(call).is_ok()
            }),
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
            Contender::new(Role::Peer, "tower-resilience", every, move |number| {
                tower(number).is_ok()
            }),
        ],
    }
}
