use ::anyhow::Error;

use super::{
    answers::{Answers, classify_by},
    chain,
};
use crate::Rejection;

classify_by!(inside, Error);

fn inside(error: &Error) -> Answers<'_> {
    // A context is a text to the chain; only anyhow knows that it was a rejection.
    match error.downcast_ref::<Rejection>() {
        Some(rejection) => rejection.into(),
        None => chain::answers(&**error),
    }
}
