//! A call that is dropped wherever it waits, with every policy on, leaves nothing behind.

use std::time::Duration;

use resilient_runtime::{
    BreakerConfig, BulkheadConfig, CacheConfig, HedgeConfig, Key, Per, Policy, PolicyConfig,
    RateConfig, RetryConfig, State, TimeoutConfig, fallible, storable,
};
use resilient_tests::double::{Act, Double, Fault};
use tokio::time::advance;

use super::{SECOND, assert_books_add_up, books, get, policy, poll_once, snapshot};

type Answer = Result<u32, Fault>;

fn everything(per: Per) -> Policy {
    policy(
        PolicyConfig::new()
            .breaker(BreakerConfig::new().threshold(1).recovery(SECOND).per(per))
            .bulkhead(BulkheadConfig::new().max(1).wait(100 * SECOND))
            .rate(RateConfig::new().limit(0.1).burst(1).wait(100 * SECOND))
            .retry(RetryConfig::new().max(3).base(SECOND))
            .cache(CacheConfig::new().memory(60 * SECOND))
            .timeout(TimeoutConfig::new().attempt(30 * SECOND).call(300 * SECOND))
            .hedge(HedgeConfig::new().after(10 * SECOND).max(1)),
    )
}

async fn cached(policy: &Policy, double: &Double) -> Answer {
    policy
        .with(fallible::<Answer>())
        .cached(storable::<Answer>(), Key::new().part("key"))
        .call(async || double.answer().await)
        .await
}

#[tokio::test(start_paused = true)]
async fn a_probe_dropped_anywhere_leaves_everything_free() {
    for per in [Per::Attempt, Per::Call] {
        for dropped_at in 0..12 {
            let policy = everything(per);
            // Half-open, the bulkhead taken and the bucket empty: the call waits for each in turn, then in the method.
            let opens = fallible::<Answer>().rules(|rules| rules.retry_when(|_| false));
            let failed = policy.with(opens).call(async || Err(Fault::Down)).await;
            assert_eq!(failed, Err(Fault::Down));
            advance(SECOND).await;
            let slow = Double::playing([Act::Slow(100 * SECOND)]);
            let double = Double::playing([Act::Slow(3 * SECOND), Act::Fail(Fault::Down)]);
            {
                let mut holder = Box::pin(get(&policy, &slow));
                assert!(poll_once(holder.as_mut()).is_pending());
                let mut holding = Some(holder);
                let mut call = Box::pin(cached(&policy, &double));
                for step in 0..=dropped_at {
                    if poll_once(call.as_mut()).is_ready() {
                        break;
                    }
                    if step == 2 {
                        drop(holding.take());
                    }
                    advance(2 * SECOND).await;
                }
            }
            let service = snapshot(&policy);
            let (bulkhead, rate) = (service.bulkhead.expect("on"), service.rate.expect("on"));
            let breaker = service.breaker.expect("on");
            let at = format!("{per:?}, dropped at {dropped_at}");
            assert_eq!((bulkhead.active, bulkhead.queued, rate.waiting), (0, 0, 0), "{at}");
            if breaker.state == State::HalfOpen {
                assert_eq!(breaker.probes, 0, "{at}");
            }
            assert_books_add_up(&policy);
            advance(Duration::from_secs(100)).await;
            let answer =
                tokio::time::timeout(60 * SECOND, cached(&policy, &Double::default())).await;
            assert!(matches!(answer, Ok(Ok(_))), "{at}: {answer:?}");
            assert_eq!(books(&policy).calls, 4, "{at}");
        }
    }
}
