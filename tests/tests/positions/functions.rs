//! Free functions.

use std::time::Duration;

use resilient_runtime::{Failure, Registry, Rejection, resilient, warm};
use tokio::time::Instant;

use super::{Calls, Fault};

#[tokio::test(start_paused = true)]
async fn a_function_is_retried() {
    static CALLS: Calls = Calls::new();

    #[resilient(service = "function_retried", retry(max = 3, base = "1s", jitter = none))]
    async fn fetch(by: u32) -> Result<u32, Fault> {
        Ok(CALLS.after(2)? * by)
    }

    let begun = Instant::now();
    assert_eq!(fetch(10).await, Ok(30));
    assert_eq!(CALLS.count(), 3);
    assert_eq!(begun.elapsed(), Duration::from_secs(3));
}

#[tokio::test]
async fn its_service_is_named_after_it() {
    #[resilient(breaker(threshold = 1))]
    async fn its_service_has_this_name() -> Result<u32, Fault> {
        Err(Fault::Down)
    }

    assert_eq!(its_service_has_this_name().await, Err(Fault::Down));
    let rejected = its_service_has_this_name().await;
    assert!(matches!(rejected, Err(Fault::Rejected(Rejection::BreakerOpen { .. }))));
    let service = Registry::global().service("its_service_has_this_name").expect("it was called");
    let method = service.method("its_service_has_this_name").expect("it was called");
    assert_eq!((method.snapshot().attempts, method.snapshot().calls), (1, 2));
}

#[tokio::test]
async fn functions_of_one_service_share_its_breaker() {
    static CALLS: Calls = Calls::new();

    #[resilient(service = "functions_share", breaker(threshold = 1))]
    async fn down() -> Result<u32, Fault> {
        Err(Fault::Down)
    }
    #[resilient(service = "functions_share", breaker(threshold = 1))]
    async fn up() -> Result<u32, Fault> {
        CALLS.after(0)
    }

    assert_eq!(up().await, Ok(1));
    assert_eq!(down().await, Err(Fault::Down));
    assert!(matches!(up().await, Err(Fault::Rejected(Rejection::BreakerOpen { .. }))));
    assert_eq!(CALLS.count(), 1);
}

#[tokio::test]
#[should_panic(expected = "functions_at_odds")]
async fn two_configurations_under_one_name_panic_on_the_first_use() {
    #[resilient(service = "functions_at_odds", breaker(threshold = 1))]
    async fn one() -> Result<u32, Fault> {
        Ok(1)
    }
    #[resilient(service = "functions_at_odds", breaker(threshold = 2))]
    async fn other() -> Result<u32, Fault> {
        Ok(2)
    }

    assert_eq!(one().await, Ok(1));
    let _ = other().await;
}

#[tokio::test(start_paused = true)]
async fn a_function_is_cached() {
    static CALLS: Calls = Calls::new();

    #[resilient(service = "function_cached", cache = "5m")]
    async fn price(item: &str, quality: Option<u8>) -> Result<String, Fault> {
        let call = CALLS.after(0)?;
        Ok(format!("{item} {quality:?} {call}"))
    }

    assert_eq!(price("orb", None).await, Ok("orb None 1".to_owned()));
    assert_eq!(price("orb", None).await, Ok("orb None 1".to_owned()));
    assert_eq!(price("orb", Some(0)).await, Ok("orb Some(0) 2".to_owned()));
    tokio::time::advance(Duration::from_secs(301)).await;
    assert_eq!(warm(price("orb", None)).await, Ok("orb None 3".to_owned()));
    assert_eq!(price("orb", None).await, Ok("orb None 3".to_owned()));
    let service = Registry::global().service("function_cached").expect("it was called");
    service.method("price").expect("it was called").invalidate_all();
    assert_eq!(price("orb", None).await, Ok("orb None 4".to_owned()));
}

#[tokio::test]
async fn its_fallbacks_may_name_its_arguments() {
    #[resilient(
        service = "function_fallback",
        fallback(nobody, |failure: Failure<Fault>| async move { Ok(format!("{name} after {}", failure.attempts)) }),
    )]
    async fn greet(name: String) -> Result<String, Fault> {
        drop(name);
        Err(Fault::Down)
    }
    async fn nobody(failure: Failure<Fault>) -> Result<String, Fault> {
        Err(failure.error)
    }

    assert_eq!(greet("Una".to_owned()).await, Ok("Una after 1".to_owned()));
}

#[test]
fn a_function_that_blocks_needs_no_runtime() {
    static CALLS: Calls = Calls::new();

    #[resilient(service = "function_blocking", retry(max = 3, base = "1ms"), cache = "1h")]
    fn read(path: &str) -> Result<String, Fault> {
        let call = CALLS.after(1)?;
        Ok(format!("{path} {call}"))
    }

    assert_eq!(read("a"), Ok("a 2".to_owned()));
    assert_eq!(read("a"), Ok("a 2".to_owned()));
    assert_eq!(CALLS.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_hedge_runs_the_body_a_second_time() {
    static CALLS: Calls = Calls::new();

    #[resilient(service = "function_hedged", hedge = "50ms")]
    async fn search(words: Vec<String>) -> Result<usize, Fault> {
        if CALLS.after(0)? == 1 {
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        Ok(words.len())
    }

    let begun = Instant::now();
    assert_eq!(search(vec!["a".to_owned(), "b".to_owned()]).await, Ok(2));
    assert_eq!((CALLS.count(), begun.elapsed()), (2, Duration::from_millis(50)));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_gives_its_place_back() {
    #[resilient(service = "function_dropped", bulkhead = 1)]
    async fn wait() -> Result<u32, Fault> {
        tokio::time::sleep(Duration::from_secs(60)).await;
        Ok(1)
    }

    let mut first = Box::pin(wait());
    assert!(resilient_tests::poll_once(first.as_mut()).is_pending());
    assert!(matches!(wait().await, Err(Fault::Rejected(Rejection::BulkheadFull { .. }))));
    drop(first);
    assert_eq!(wait().await, Ok(1));
}

#[tokio::test]
async fn a_failing_call_of_itself_passes_the_policies_again() {
    static CALLS: Calls = Calls::new();

    #[resilient(service = "function_recursive", retry(max = 2, base = "1ms", budget = off))]
    fn down(depth: u32) -> Result<u32, Fault> {
        CALLS.after(u32::MAX).or_else(|fault| if depth == 0 { Err(fault) } else { down(depth - 1) })
    }

    assert_eq!(down(1), Err(Fault::Down));
    assert_eq!(CALLS.count(), 6); // two attempts, each with two of its own inside
}
