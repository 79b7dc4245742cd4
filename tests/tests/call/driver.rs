//! A call whose loop is driven by hand, and not as the attribute does it.

use std::time::Duration;

use resilient_runtime::{
    BreakerConfig, BulkheadConfig, BulkheadSnapshot, Fallible, Per, Pipeline, PolicyConfig,
    Registry, RetryConfig, Service, State, fallible,
};
use resilient_tests::double::Fault;
use tokio::time::advance;

use super::SECOND;

type Answer = Result<u32, Fault>;

fn declared(config: PolicyConfig) -> (Service, Pipeline) {
    let declaration = Registry::new().declare("api", config).expect("valid");
    let pipeline = declaration.method("get", PolicyConfig::new()).expect("no conflict");
    (declaration.service(), pipeline)
}

fn outcome() -> Fallible<Answer, u32, Fault> {
    fallible::<Answer>()
}

async fn answer(pipeline: &Pipeline, answer: Answer) -> Answer {
    let mut call = pipeline.begin(outcome());
    while let Some(attempt) = call.next_attempt().await {
        call.settle(attempt.run(async { answer.clone() }).await);
    }
    call.finish()
}

/// Of a service whose breaker lets one probe through.
async fn half_open(per: Per) -> (Service, Pipeline) {
    let breaker = BreakerConfig::new().threshold(1).recovery(SECOND).per(per);
    let (service, pipeline) = declared(PolicyConfig::new().breaker(breaker));
    assert_eq!(answer(&pipeline, Err(Fault::Down)).await, Err(Fault::Down));
    advance(SECOND).await;
    (service, pipeline)
}

fn probes(service: &Service) -> (State, u32) {
    let breaker = service.breaker().expect("declared").snapshot();
    (breaker.state, breaker.probes)
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_never_run_leaves_its_probe_to_the_next_one() {
    for per in [Per::Attempt, Per::Call] {
        let (service, pipeline) = half_open(per).await;
        let mut call = pipeline.begin(outcome());
        let _never_run = call.next_attempt().await.expect("a probe");
        assert_eq!(probes(&service), (State::HalfOpen, 1));
        let attempt = call.next_attempt().await.expect("the same place again");
        call.settle(attempt.run(async { Ok(1) }).await);
        assert_eq!(call.finish(), Ok(1));
        assert_eq!(probes(&service).0, State::Closed, "{per:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_or_ended_without_its_attempt_leaves_its_probe_to_others() {
    for per in [Per::Attempt, Per::Call] {
        for finished in [false, true] {
            let (service, pipeline) = half_open(per).await;
            let mut call = pipeline.begin(outcome());
            let _never_run = call.next_attempt().await.expect("a probe");
            if finished {
                assert!(call.finish().is_err(), "nothing came");
            }
            drop(call);
            assert_eq!(probes(&service), (State::HalfOpen, 0), "{per:?}, finished: {finished}");
            assert_eq!(answer(&pipeline, Ok(2)).await, Ok(2));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_place_is_free_as_soon_as_the_answer_is_there() {
    let retry = RetryConfig::new().max(2).base(Duration::ZERO);
    let config = PolicyConfig::new().bulkhead(BulkheadConfig::new().max(1)).retry(retry);
    for failures in [0, 1] {
        let (service, pipeline) = declared(config);
        let active = || service.snapshot().bulkhead.map(|BulkheadSnapshot { active, .. }| active);
        let mut call = pipeline.begin(outcome());
        for _ in 0..failures {
            let attempt = call.next_attempt().await.expect("admitted");
            call.settle(attempt.run(async { Err(Fault::Down) }).await);
        }
        let attempt = call.next_attempt().await.expect("admitted");
        assert_eq!(active(), Some(1));
        call.settle(attempt.run(async { Ok(1) }).await);
        assert_eq!(active(), Some(0), "before whatever comes after the loop");
        assert_eq!(call.finish(), Ok(1));
    }
}

#[tokio::test(start_paused = true)]
async fn per_call_a_probe_closes_it_when_it_answered_not_when_it_was_settled() {
    let (service, pipeline) = half_open(Per::Call).await;
    let mut call = pipeline.begin(outcome());
    let attempt = call.next_attempt().await.expect("a probe");
    let attempted = attempt.run(async { Ok(1) }).await;
    advance(SECOND).await;
    call.settle(attempted);
    assert_eq!(call.finish(), Ok(1));
    let breaker = service.breaker().expect("declared").snapshot();
    assert_eq!((breaker.state, breaker.time_in.half_open), (State::Closed, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_key_that_comes_too_late_leaves_the_probe_of_the_one_before_to_its_breaker() {
    let breaker = BreakerConfig::new().threshold(1).recovery(SECOND).per(Per::Call).keyed(true);
    let config = PolicyConfig::new().breaker(breaker).retry(RetryConfig::new().max(2).base(SECOND));
    let (service, pipeline) = declared(config);
    let mut call = pipeline.begin(outcome());
    call.breaker_for("a");
    while let Some(attempt) = call.next_attempt().await {
        call.settle(attempt.run(async { Err(Fault::Down) }).await);
    }
    assert_eq!(call.finish(), Err(Fault::Down));
    advance(SECOND).await;
    let mut call = pipeline.begin(outcome());
    for key in ["a", "b"] {
        call.breaker_for(key);
        let attempt = call.next_attempt().await.expect("admitted");
        let answer = if key == "a" { Err(Fault::Down) } else { Ok(1) };
        call.settle(attempt.run(async { answer }).await);
    }
    assert_eq!(call.finish(), Ok(1));
    let a = service.breaker_for("a").expect("keyed").snapshot();
    assert_eq!((a.state, a.probes), (State::Closed, 0));
}
