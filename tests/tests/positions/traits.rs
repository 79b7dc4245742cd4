//! Traits whose methods block, and `self` by value.

use std::time::Duration;

use resilient_runtime::{Failure, Registry, Rejection, resilient};

use super::{Calls, Fault};

#[resilient(retry(max = 3, base = "1ms"), breaker(threshold = 4), fallback = offline)]
trait Files {
    #[resilient(cache = "5m")]
    fn read(&self, path: &str) -> Result<u32, Fault>;

    #[resilient(fallback = off)]
    fn write(&mut self, path: String, log: &mut Vec<String>) -> Result<u32, Fault>;

    #[resilient(fallback = |failure| async move { Ok(failure.attempts) })]
    async fn fetch(&self) -> Result<u32, Fault>;

    #[resilient(retry = off, fallback = off, timeout = "1s")]
    async fn close(self, flush: bool) -> Result<u32, Fault>;

    fn root(&self) -> &str;

    fn describe(&self) -> String {
        format!("files under {}", self.root())
    }
}

fn offline(failure: Failure<Fault>) -> Result<u32, Fault> {
    match failure.error {
        Fault::Rejected(_) => Ok(0),
        error => Err(error),
    }
}

struct Disk {
    calls: Calls,
    failures: u32,
}

impl Files for Disk {
    fn read(&self, _: &str) -> Result<u32, Fault> {
        self.calls.after(self.failures)
    }

    fn write(&mut self, path: String, log: &mut Vec<String>) -> Result<u32, Fault> {
        log.push(path);
        self.calls.after(self.failures)
    }

    async fn fetch(&self) -> Result<u32, Fault> {
        self.calls.after(self.failures)
    }

    async fn close(self, flush: bool) -> Result<u32, Fault> {
        if flush { Ok(self.calls.count()) } else { Err(Fault::Unknown) }
    }

    fn root(&self) -> &'static str {
        "/srv"
    }
}

fn disk(failures: u32) -> ResilientFiles<Disk> {
    ResilientFiles::with_registry(Disk { calls: Calls::new(), failures }, &Registry::new())
}

#[test]
fn a_method_that_blocks_is_retried_and_cached() {
    let files = disk(2);
    assert_eq!((files.read("a"), files.read("a"), files.read("b")), (Ok(3), Ok(3), Ok(4)));
    files.invalidate_read("a");
    assert_eq!((files.warm_read("a"), files.read("a")), (Ok(5), Ok(5)));
    assert_eq!(files.inner().calls.count(), 5);
}

#[test]
fn its_fallback_blocks_too() {
    let files = disk(u32::MAX);
    assert_eq!(files.read("a"), Err(Fault::Down));
    assert_eq!(files.read("a"), Err(Fault::Down));
    assert_eq!(files.read("a"), Ok(0)); // the breaker has opened
    assert_eq!(files.inner().calls.count(), 4);
}

#[test]
fn what_it_borrows_exclusively_is_borrowed_anew() {
    let (mut files, mut log) = (disk(1), Vec::new());
    assert_eq!(files.write("a".to_owned(), &mut log), Ok(2));
    assert_eq!(log, ["a", "a"]);
}

#[tokio::test]
async fn beside_methods_that_do_not_block() {
    assert_eq!(disk(1).fetch().await, Ok(2));
    assert_eq!(disk(9).fetch().await, Ok(3));
}

#[test]
fn what_cannot_fail_passes_straight_through() {
    let files = disk(0);
    assert_eq!((files.root(), files.describe().as_str()), ("/srv", "files under /srv"));
    assert!(files.service().method("root").is_none());
}

#[tokio::test]
async fn self_by_value_is_tried_once() {
    assert_eq!(disk(0).close(false).await, Err(Fault::Unknown));
    assert_eq!(disk(0).close(true).await, Ok(0));
}

#[test]
fn an_answer_that_comes_too_late_is_a_timeout() {
    #[resilient(timeout = "1ms")]
    trait Late {
        fn answer(&self, after: Duration) -> Result<u32, Fault>;
    }
    struct Thread;
    impl Late for Thread {
        fn answer(&self, after: Duration) -> Result<u32, Fault> {
            let begun = std::time::Instant::now();
            while begun.elapsed() < after {
                std::hint::spin_loop();
            }
            Ok(1)
        }
    }
    let late = ResilientLate::with_registry(Thread, &Registry::new());
    let answer = late.answer(Duration::from_millis(2));
    assert!(matches!(answer, Err(Fault::Rejected(Rejection::TimedOut { .. }))));
}
