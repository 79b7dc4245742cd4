//! A panic in the method leaves nothing behind.

use std::panic::{AssertUnwindSafe, catch_unwind};

use resilient_runtime::{
    BreakerConfig, BulkheadConfig, CacheConfig, Key, Per, PolicyConfig, State, fallible, storable,
};
use resilient_tests::double::{Double, Fault, pass};

use super::{Answer, SECOND, books, get, on_a_thread, policy, snapshot};

#[tokio::test(start_paused = true)]
async fn the_probe_the_place_and_the_lead_are_given_back() {
    on_a_thread(|| {
        for per in [Per::Attempt, Per::Call] {
            let policy = policy(
                PolicyConfig::new()
                    .breaker(BreakerConfig::new().threshold(1).recovery(SECOND).per(per))
                    .bulkhead(BulkheadConfig::new().max(1))
                    .cache(CacheConfig::new().memory(60 * SECOND)),
            );
            assert_eq!(get(&policy, &Double::failing(1)), Err(Fault::Down));
            pass(SECOND);
            let call = |operation: &mut dyn FnMut() -> Answer| {
                policy
                    .with(fallible::<Answer>())
                    .cached(storable::<Answer>(), Key::new().part("key"))
                    .call_blocking(operation)
            };
            let panics = catch_unwind(AssertUnwindSafe(|| call(&mut || panic!("on purpose"))));
            assert!(panics.is_err());
            let service = snapshot(&policy);
            let (breaker, bulkhead) = (service.breaker.expect("on"), service.bulkhead.expect("on"));
            assert_eq!((breaker.state, breaker.probes), (State::HalfOpen, 0), "{per:?}");
            assert_eq!((bulkhead.active, books(&policy).cancelled), (0, 1), "{per:?}");
            let double = Double::default();
            assert_eq!(call(&mut || double.answer_blocking()), Ok(1), "{per:?}");
            let breaker = snapshot(&policy).breaker.expect("on");
            assert_eq!(breaker.state, State::Closed, "{per:?}");
        }
    })
    .await;
}
