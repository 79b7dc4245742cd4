use std::{io, time::Duration};

use resilient_runtime::{
    Backoff, HedgeConfig, Jitter, PolicyConfig, Provenance, Registry, RetryConfig,
};
use resilient_tests::double::{Act, Double, Fault};
use tokio::time::{Instant, advance, sleep};

use super::{SECOND, books, get, policy, snapshot};

#[tokio::test(start_paused = true)]
async fn what_may_not_be_repeated_is_retried_only_where_it_was_certainly_not_sent() {
    for (kind, calls) in
        [(io::ErrorKind::ConnectionRefused, 3), (io::ErrorKind::ConnectionReset, 1)]
    {
        let policy = policy(
            PolicyConfig::new()
                .retry(RetryConfig::new().max(3).base(Duration::ZERO).idempotent(false)),
        );
        let mut sent = 0;
        let outcome: io::Result<()> = policy
            .call(async || {
                sent += 1;
                Err(kind.into())
            })
            .await;
        assert_eq!((outcome.expect_err("fails").kind(), sent), (kind, calls));
        let reason = if calls == 1 { "not_idempotent" } else { "attempts" };
        assert_eq!(books(&policy).retry.gave_up.get(reason), Some(&1));
    }
}

#[tokio::test(start_paused = true)]
async fn within_is_the_last_moment_at_which_an_attempt_begins() {
    for (within, calls) in [(2_999, 3), (3_000, 4), (3_001, 4)] {
        let policy = policy(
            PolicyConfig::new().retry(
                RetryConfig::new()
                    .max(10)
                    .base(SECOND)
                    .backoff(1.0)
                    .jitter(Jitter::None)
                    .within(Duration::from_millis(within)),
            ),
        );
        let double = Double::failing(100);
        let start = Instant::now();
        assert_eq!(get(&policy, &double).await, Err(Fault::Down));
        assert_eq!((double.calls(), start.elapsed()), (calls, (calls - 1) * SECOND));
        assert_eq!(books(&policy).retry.gave_up.get("within"), Some(&1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_timed_where_nothing_else_asks_for_its_end() {
    let policy = policy(
        PolicyConfig::new().retry(
            RetryConfig::new()
                .max(10)
                .base(SECOND)
                .backoff(1.0)
                .jitter(Jitter::None)
                .within(10 * SECOND),
        ),
    );
    let (start, mut sent) = (Instant::now(), Vec::new());
    let outcome: Result<(), Fault> = policy
        .call(async || {
            sent.push(start.elapsed());
            sleep(3 * SECOND).await;
            Err(Fault::Down)
        })
        .await;
    assert_eq!(outcome, Err(Fault::Down));
    assert_eq!(sent, [0, 4, 8].map(Duration::from_secs), "the next one would begin after 12");
}

#[tokio::test(start_paused = true)]
async fn the_budget_is_a_share_of_calls_not_of_retries() {
    let policy = policy(
        PolicyConfig::new().retry(RetryConfig::new().max(11).base(Duration::ZERO).budget(0.5)),
    );
    let double = Double::failing(100_000);
    for _ in 0..100 {
        assert_eq!(get(&policy, &double).await, Err(Fault::Down));
    }
    // The floor, and a half for each call.
    assert_eq!(double.calls(), 100 + 100 + 50);
    let budget = snapshot(&policy).budget.expect("declared");
    assert_eq!((budget.calls, budget.spent, budget.balance), (100, 150, 0));
    assert!(books(&policy).retry.gave_up["budget"] > 0);
    advance(11 * SECOND).await;
    assert_eq!(snapshot(&policy).budget.expect("declared").balance, 100);
}

/// A wrong request says nothing of how busy the service is.
#[tokio::test(start_paused = true)]
async fn errors_that_count_as_nothing_do_not_stretch_adaptive_delays() {
    let policy = policy(PolicyConfig::new().retry(
        RetryConfig::new().max(2).base(SECOND).strategy(Backoff::Adaptive).jitter(Jitter::None),
    ));
    let double = Double::playing(vec![Act::Fail(Fault::Wrong); 50]);
    for _ in 0..50 {
        assert_eq!(get(&policy, &double).await, Err(Fault::Wrong));
    }
    let start = Instant::now();
    assert!(get(&policy, &Double::failing(1)).await.is_ok());
    let took = start.elapsed();
    assert!((SECOND..2 * SECOND).contains(&took), "by the one failure at most: {took:?}");
    // A throttling answer counts as nothing to the breaker, and does ask for patience.
    let start = Instant::now();
    assert!(get(&policy, &Double::playing([Act::Fail(Fault::Busy(SECOND))])).await.is_ok());
    assert!(start.elapsed() >= 2 * SECOND);
}

/// The budget is the service's: a method that hedges and does not retry spends it too, and no conflict arises from what
/// neither of them said.
#[test]
fn methods_that_give_no_budget_share_the_services_whichever_layer_gave_it() {
    let retry = RetryConfig::new().max(2);
    let hedges = PolicyConfig::new().retry_off().hedge(HedgeConfig::new().after(SECOND));
    let budget = |registry: &Registry, of_trait: PolicyConfig| {
        let declaration = registry.declare("api", of_trait).expect("valid");
        declaration.method("retries", PolicyConfig::new().retry(retry)).expect("no conflict");
        declaration.method("hedges", hedges).expect("no conflict");
        declaration.service().snapshot().budget.map(|budget| budget.balance)
    };
    assert_eq!(budget(&Registry::new(), PolicyConfig::new()), Some(100));
    let given = PolicyConfig::new().retry(retry.budget(0.5));
    assert_eq!(budget(&Registry::new(), given), Some(100));
    let configured = Registry::builder().configure("api", given).build().expect("valid");
    assert_eq!(budget(&configured, PolicyConfig::new()), Some(100));
    let off = PolicyConfig::new().retry(retry.budget_off());
    assert_eq!(budget(&Registry::new(), off), None);
}

#[tokio::test(start_paused = true)]
async fn a_call_and_the_books_tell_that_a_retry_brought_the_answer() {
    let policy = policy(PolicyConfig::new().retry(RetryConfig::new().max(2)));
    let double = Double::failing(1);
    let (answer, provenance) = policy.call_traced(async || double.answer().await).await;
    assert_eq!(answer, Ok(2));
    assert!(matches!(provenance, Provenance::Live { attempts: 2, .. }), "{provenance:?}");
    assert_eq!(books(&policy).retry.succeeded, 1);
}
