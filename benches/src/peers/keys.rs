//! governor.

use std::{num::NonZeroU32, time::Duration};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::{
    harness::{Contender, Role},
    scenarios::keys::{COUNTS, contender, hosts},
    work::{drive, ready},
};

/// A call for each host, as ours are.
pub fn governor() -> impl Fn(&String) -> bool {
    let burst = NonZeroU32::new(50_000_000).expect("not 0");
    let quota = Quota::with_period(Duration::from_secs(100)).expect("not 0").allow_burst(burst);
    let limiter: DefaultKeyedRateLimiter<String> = RateLimiter::keyed(quota);
    move |host| {
        let call = async {
            limiter.until_key_ready(host).await;
            ready().await
        };
        drive(call).is_ok()
    }
}

/// Beside `keys`.
pub fn keys() -> Vec<Contender> {
    let of = |count| contender(Role::Peer, "governor", hosts(count), governor());
    COUNTS.map(of).into()
}
