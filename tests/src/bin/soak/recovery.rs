//! After the faults have ended: everything comes to an end, and every service answers again.

use std::time::{Duration, Instant};

use crate::{
    books,
    callers::{self, Asked},
    diary::Ending,
    worlds::{Old, PROBES, RECOVERY, SHORTEST, SLOW, Young},
};

/// How many times a busy machine may be late.
const MOST_WAITS: u32 = 20;

/// Waits until nothing is under way: callers have returned, and refreshes in the background have their timeouts.
pub(crate) async fn quiet(old: &Old, young: &Young) {
    let until = Instant::now() + Duration::from_secs(5);
    loop {
        let requests = old.client.moody.under_way() + young.client.moody.under_way();
        let calls = books::under_way(&old.registry.snapshot())
            + books::under_way(&young.registry.snapshot());
        if requests + calls == 0 {
            return;
        }
        assert!(Instant::now() < until, "{requests} requests and {calls} calls never end");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Heals the services; each breaker must close after its recovery, by its probes. Says how many times it was waited for:
/// once, unless the machine was so busy that a probe was late.
pub(crate) async fn recover(old: &Old, young: &Young) -> u32 {
    for client in [&old.client, &young.client] {
        client.moody.be_well(true);
    }
    let mut key = 1 << 32;
    let mut late = Vec::new();
    for waited in 1..=MOST_WAITS {
        tokio::time::sleep(RECOVERY).await;
        late.clear();
        for _ in 0..PROBES {
            let mut asked: Vec<_> = Asked::EACH.into();
            for (registry, aged) in [(&old.registry, true), (&young.registry, false)] {
                let open = books::not_closed(&registry.snapshot());
                asked.extend(open.into_iter().flatten().map(|host| Asked::Host { host, aged }));
            }
            for asked in asked {
                // A key that no cache has.
                key += 1;
                let begun = Instant::now();
                let ending = callers::probe(old, young, &asked, key).await;
                let elapsed = begun.elapsed();
                // One breaker opens for slow answers too.
                let slow = matches!(asked, Asked::Ask) && elapsed >= SLOW;
                let timed_out = ending != Ending::Live && elapsed >= SHORTEST;
                if slow || timed_out {
                    late.push((asked, ending, elapsed));
                } else {
                    assert_eq!(ending, Ending::Live, "{asked:?} is well, and was waited for");
                }
            }
        }
        if late.is_empty() {
            for registry in [&old.registry, &young.registry] {
                let snapshot = registry.snapshot();
                assert_eq!(books::not_closed(&snapshot), [], "stuck: {snapshot:#?}");
            }
            return waited;
        }
    }
    panic!("what answers at once is late: {late:?}");
}
