//! What an error says that wraps others.

use std::{error::Error, io, sync::Arc};

use super::{ErrorKind, answers::Answers};
use crate::Rejection;

type Anything = dyn Error + 'static;

/// No honest error is nested deeper; one that is its own source would never end.
const DEEPEST: usize = 64;

/// The answers of an error: of the rejection that it wraps at whatever depth, or else of the outermost error whose kind
/// is known.
pub(super) fn answers(error: &Anything) -> Answers<'_> {
    if let Some(rejection) = chain(error).find_map(|error| error.downcast_ref::<Rejection>()) {
        return rejection.into();
    }
    chain(error)
        .filter_map(own)
        .find(|answers| answers.kind != ErrorKind::Unknown)
        .unwrap_or_else(|| Answers::of(ErrorKind::Unknown))
}

/// An error and what it wraps, from the outside in.
pub(super) fn chain(error: &Anything) -> impl Iterator<Item = &Anything> {
    std::iter::successors(Some(error), |&error| inner(error)).take(DEEPEST)
}

fn inner(error: &Anything) -> Option<&Anything> {
    // `source()` of these is the source of what they hold; that itself would be left out.
    if let Some(shared) = error.downcast_ref::<Arc<dyn Error + Send + Sync>>() {
        return Some(&**shared);
    }
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(custom) => Some(custom),
        None => error.source(),
    }
}

/// What an error of a known type says by itself, whatever it wraps.
fn own(error: &Anything) -> Option<Answers<'_>> {
    let known: &[fn(&Anything) -> Option<Answers<'_>>] = &[
        |error| error.downcast_ref().map(super::io::own),
        #[cfg(feature = "http")]
        |error| error.downcast_ref().map(super::http::own),
        #[cfg(feature = "hyper")]
        |error| error.downcast_ref().map(super::hyper::own),
        #[cfg(feature = "redis")]
        |error| error.downcast_ref().map(super::redis::own),
        #[cfg(feature = "reqwest")]
        |error| error.downcast_ref().map(super::reqwest::own),
        #[cfg(feature = "sqlx")]
        |error| error.downcast_ref().map(super::sqlx::own),
        #[cfg(feature = "tonic")]
        |error| error.downcast_ref().map(super::tonic::own),
    ];
    known.iter().find_map(|own| own(error))
}
