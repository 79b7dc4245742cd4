//! What a thread waits for, by a paused clock that another thread moves.

use resilient_runtime::{Jitter, PolicyConfig, RetryConfig};
use resilient_tests::double::{Double, Fault};
use tokio::time::Instant;

use super::{SECOND, books, get, on_a_thread, policy};

#[tokio::test(start_paused = true)]
async fn a_retry_comes_after_its_delay() {
    on_a_thread(|| {
        let retry = RetryConfig::new().max(4).base(SECOND).backoff(2.0).jitter(Jitter::None);
        let policy = policy(PolicyConfig::new().retry(retry));
        let (start, double) = (Instant::now(), Double::failing(3));
        assert_eq!(get(&policy, &double), Ok(4));
        assert_eq!(start.elapsed(), 7 * SECOND, "1 + 2 + 4");
        let hopeless = Double::failing(9);
        assert_eq!(get(&policy, &hopeless), Err(Fault::Down));
        assert_eq!((hopeless.calls(), start.elapsed()), (4, 14 * SECOND));
        assert_eq!((books(&policy).attempts, books(&policy).retries), (8, 6));
    })
    .await;
}
