use std::time::Duration;

use resilient_runtime::{
    BreakerConfig, CircuitBreaker, HedgeConfig, PolicyConfig, RateConfig, RetryConfig, State,
    TimeoutConfig,
};
use resilient_tests::double::{Act, Double, Fault};
use tokio::time::{Instant, advance};

use super::{SECOND, assert_books_add_up, books, get, get_hedged, policy, poll_once, snapshot};

fn after(delay: Duration) -> PolicyConfig {
    PolicyConfig::new().hedge(HedgeConfig::new().after(delay))
}

const FAIL: Act = Act::Fail(Fault::Down);

#[tokio::test(start_paused = true)]
async fn the_first_good_answer_wins_and_the_loser_counts_as_nothing() {
    let policy = policy(after(2 * SECOND).breaker(BreakerConfig::new().threshold(1)));
    let double = Double::playing([Act::Slow(10 * SECOND), Act::Slow(SECOND)]);
    let start = Instant::now();
    assert_eq!(get_hedged(&policy, &double).await, Ok(2));
    assert_eq!((double.calls(), start.elapsed()), (2, 3 * SECOND));
    let hedge = books(&policy).hedge;
    assert_eq!((hedge.sent, hedge.won, hedge.cancelled), (1, 1, 1));
    let breaker = snapshot(&policy).breaker.expect("declared");
    assert_eq!((breaker.state, breaker.failures), (State::Closed, 0));
    assert_books_add_up(&policy);
}

#[tokio::test(start_paused = true)]
async fn an_error_never_beats_a_pending_answer_and_the_last_error_is_told() {
    let both = policy(after(SECOND));
    let double = Double::playing([Act::Slow(3 * SECOND), FAIL]);
    let start = Instant::now();
    assert_eq!(get_hedged(&both, &double).await, Ok(1));
    assert_eq!((double.calls(), start.elapsed()), (2, 3 * SECOND));

    let double = Double::playing([FAIL, Act::Fail(Fault::Wrong)]);
    assert_eq!(get_hedged(&both, &double).await, Err(Fault::Wrong));
    assert_eq!(double.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_error_starts_the_next_hedge_at_once_unless_another_request_would_fare_no_better() {
    for (fault, calls) in [(Fault::Down, 2), (Fault::Wrong, 1), (Fault::Busy(SECOND), 1)] {
        let policy = policy(after(10 * SECOND));
        let double = Double::playing([Act::Fail(fault)]);
        let start = Instant::now();
        assert_eq!(get_hedged(&policy, &double).await.is_ok(), calls == 2);
        assert_eq!((double.calls(), start.elapsed()), (calls, Duration::ZERO));
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_than_max_and_none_past_the_attempts_timeout() {
    let policy = policy(
        PolicyConfig::new()
            .hedge(HedgeConfig::new().after(SECOND).max(2))
            .timeout(TimeoutConfig::new().attempt(10 * SECOND)),
    );
    let double = Double::playing(vec![Act::Hang; 10]);
    let start = Instant::now();
    assert!(get_hedged(&policy, &double).await.is_err());
    assert_eq!((double.calls(), start.elapsed()), (3, 10 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn none_is_sent_while_the_breaker_does_not_let_every_call_pass() {
    let policy = policy(
        after(SECOND).breaker(BreakerConfig::new().threshold(1).recovery(60 * SECOND).half_open(2)),
    );
    let slow = || Act::Slow(5 * SECOND);
    // It opens while the first request is out.
    let double = Double::playing([slow(), FAIL, slow(), slow()]);
    let mut first = Box::pin(get_hedged(&policy, &double));
    assert!(poll_once(first.as_mut()).is_pending());
    assert_eq!(get(&policy, &double).await, Err(Fault::Down));
    assert_eq!(first.await, Ok(1));
    assert_eq!(double.calls(), 2);
    // A probe is one request.
    advance(60 * SECOND).await;
    assert_eq!(get_hedged(&policy, &double).await, Ok(3));
    assert_eq!((double.calls(), books(&policy).hedge.sent), (3, 0));
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_was_told_to_let_calls_pass_lets_hedges_pass() {
    let commands: [fn(&CircuitBreaker); 3] =
        [CircuitBreaker::force_closed, CircuitBreaker::disable, CircuitBreaker::metrics_only];
    for command in commands {
        let policy = policy(after(SECOND).breaker(BreakerConfig::new()));
        command(policy.service().breaker().expect("declared"));
        let double = Double::playing([Act::Hang]);
        let answer = tokio::time::timeout(60 * SECOND, get_hedged(&policy, &double)).await;
        assert_eq!(answer, Ok(Ok(2)));
    }
}

#[tokio::test(start_paused = true)]
async fn each_costs_a_token_that_is_spare() {
    let policy = policy(after(SECOND).rate(RateConfig::new().limit(0.01).burst(3)));
    let double = Double::playing(vec![Act::Slow(5 * SECOND); 4]);
    assert_eq!(get_hedged(&policy, &double).await, Ok(1));
    assert_eq!((double.calls(), snapshot(&policy).rate.expect("declared").available), (2, 1));
    assert_eq!(get_hedged(&policy, &double).await, Ok(3), "no token is left for a hedge");
    assert_eq!(double.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn hedges_and_retries_share_a_budget_and_what_it_refuses_costs_no_token() {
    let policy = policy(
        after(SECOND)
            .retry(RetryConfig::new().max(3).base(Duration::ZERO).budget(0.01))
            .rate(RateConfig::new().limit(0.001).burst(1_000)),
    );
    // The floor of a hundred, taken by fifty calls that retry twice.
    let double = Double::failing(150);
    for _ in 0..50 {
        assert_eq!(get(&policy, &double).await, Err(Fault::Down));
    }
    let tokens = || snapshot(&policy).rate.expect("declared").available;
    assert_eq!((double.calls(), tokens()), (150, 850));
    let double = Double::playing([Act::Slow(5 * SECOND)]);
    assert_eq!(get_hedged(&policy, &double).await, Ok(1));
    assert_eq!((double.calls(), tokens()), (1, 849));
    advance(11 * SECOND).await;
    let double = Double::playing([Act::Slow(5 * SECOND)]);
    assert_eq!(get_hedged(&policy, &double).await, Ok(2), "ten seconds later it is forgotten");
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_while_a_request_is_out_is_cancelled_even_if_another_one_failed() {
    let policy = policy(after(SECOND));
    let double = Double::playing([Act::Hang, FAIL]);
    {
        let mut call = Box::pin(get_hedged(&policy, &double));
        assert!(poll_once(call.as_mut()).is_pending());
        advance(SECOND).await;
        assert!(poll_once(call.as_mut()).is_pending());
    }
    let books = books(&policy);
    assert_eq!((double.calls(), books.cancelled, books.failures), (2, 1, 0));
}
