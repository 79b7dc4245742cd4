use std::time::Duration;

use super::{Classify, ErrorKind};
use crate::Rejection;

/// All that an error of another crate says, as [`Classify`] asks it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answers<'e> {
    pub(super) kind: ErrorKind,
    pub(super) retry_after: Option<Duration>,
    pub(super) rejection: Option<&'e Rejection>,
    pub(super) counted: bool,
    pub(super) retryable: bool,
    pub(super) unsent: bool,
}

impl Answers<'_> {
    /// What the kind says; of a request that may have been sent.
    pub(super) fn of(kind: ErrorKind) -> Self {
        Self {
            kind,
            retry_after: None,
            rejection: None,
            counted: kind.counts_as_failure(),
            retryable: kind.is_retryable(),
            unsent: false,
        }
    }

    /// The same, of a request that was never sent.
    pub(super) fn unsent(kind: ErrorKind) -> Self {
        Self { unsent: true, ..Self::of(kind) }
    }
}

impl<'e> From<&'e Rejection> for Answers<'e> {
    fn from(rejection: &'e Rejection) -> Self {
        Self {
            kind: rejection.kind(),
            retry_after: rejection.retry_after(),
            rejection: Some(rejection),
            counted: rejection.counts_as_failure(),
            retryable: rejection.is_retryable(),
            unsent: rejection.is_unsent(),
        }
    }
}

/// `Classify` for a type, by the answers that a function of it gives.
macro_rules! classify_by {
    ($answers:path, $error:ty) => {
        #[diagnostic::do_not_recommend]
        impl $crate::Classify for $error {
            fn kind(&self) -> $crate::ErrorKind {
                $answers(self).kind
            }

            fn retry_after(&self) -> Option<std::time::Duration> {
                $answers(self).retry_after
            }

            fn rejection(&self) -> Option<&$crate::Rejection> {
                $answers(self).rejection
            }

            fn counts_as_failure(&self) -> bool {
                $answers(self).counted
            }

            fn is_retryable(&self) -> bool {
                $answers(self).retryable
            }

            fn is_unsent(&self) -> bool {
                $answers(self).unsent
            }
        }
    };
}
pub(super) use classify_by;
