use std::time::Duration;

use resilient_runtime::{Classify, ErrorKind};

/// Whether it is counted, retried, and was certainly not sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Answers(pub(crate) bool, pub(crate) bool, pub(crate) bool);

/// Counted and retried.
pub(crate) const FAILURE: Answers = Answers(true, true, false);
/// Counted, retried, and safe to retry.
pub(crate) const UNSENT: Answers = Answers(true, true, true);
/// Only retried.
pub(crate) const PATIENCE: Answers = Answers(false, true, false);
/// Only retried, and safe to.
pub(crate) const UNSENT_PATIENCE: Answers = Answers(false, true, true);
/// The caller's fault.
pub(crate) const FAULT: Answers = Answers(false, false, false);
/// The caller's fault, found out before anything was sent.
pub(crate) const UNSENT_FAULT: Answers = Answers(false, false, true);

/// Errors, and what was wrong with their answers.
#[derive(Default)]
pub(crate) struct Table {
    rows: usize,
    wrong: Vec<String>,
}

impl Table {
    pub(crate) fn row(
        &mut self,
        what: &str,
        error: &dyn Classify,
        kind: ErrorKind,
        answers: Answers,
    ) {
        self.waiting(what, error, kind, answers, None);
    }

    /// A row of an error that says how long to wait, in milliseconds.
    pub(crate) fn waiting(
        &mut self,
        what: &str,
        error: &dyn Classify,
        kind: ErrorKind,
        answers: Answers,
        wait: impl Into<Option<u64>>,
    ) {
        self.rows += 1;
        let wait = wait.into().map(Duration::from_millis);
        let expected = (kind, answers, wait);
        let given = (
            error.kind(),
            Answers(error.counts_as_failure(), error.is_retryable(), error.is_unsent()),
            error.retry_after(),
        );
        if given != expected {
            self.wrong.push(format!("{what}\n  is {given:?},\n  not {expected:?}"));
        }
    }

    pub(crate) fn check(self) {
        println!("{} rows", self.rows);
        assert!(self.rows >= 60, "only {} rows", self.rows);
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
    }
}
