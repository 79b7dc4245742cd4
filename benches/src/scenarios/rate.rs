//! The rate limit alone, with a token there: of a rate that nothing here comes near.

use resilient_runtime::{Registry, resilient};

use super::{Entry, api, peers};
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
    let contenders = vec![
        Contender::new(Role::Ours, "ours", every, move |_| drive(ours.ready()).is_ok()),
        Contender::new(Role::Floor, "floor", every, move |_| {
            let call = async {
                bucket.take(now())?;
                ready().await.map_err(Refused::Failed)
            };
            drive(call).is_ok()
        }),
    ];
    Scenario::new("Rate limit, a token is there", contenders, peers!(rate::token))
}
