use std::{error::Error, sync::Arc, time::Duration};

use super::{
    Classify, ErrorKind,
    answers::{Answers, classify_by},
    chain,
};
use crate::Rejection;

#[expect(clippy::borrowed_box, reason = "the box is the error, as `Classify` has it")]
fn inside(error: &Box<dyn Error + Send + Sync>) -> Answers<'_> {
    chain::answers(&**error)
}

classify_by!(inside, Box<dyn Error + Send + Sync>);

/// A pointer says what it points to says.
macro_rules! classify_through {
    ($pointer:ident) => {
        #[diagnostic::do_not_recommend]
        impl<E: Classify> Classify for $pointer<E> {
            fn kind(&self) -> ErrorKind {
                (**self).kind()
            }

            fn retry_after(&self) -> Option<Duration> {
                (**self).retry_after()
            }

            fn rejection(&self) -> Option<&Rejection> {
                (**self).rejection()
            }

            fn counts_as_failure(&self) -> bool {
                (**self).counts_as_failure()
            }

            fn is_retryable(&self) -> bool {
                (**self).is_retryable()
            }

            fn is_unsent(&self) -> bool {
                (**self).is_unsent()
            }
        }
    };
}

classify_through!(Box);
classify_through!(Arc);
