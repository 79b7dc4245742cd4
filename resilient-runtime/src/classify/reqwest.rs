use super::{
    ErrorKind,
    answers::{Answers, classify_by},
    chain, status_kind,
};

classify_by!(chain::answers, ::reqwest::Error);

/// What a reqwest error says by itself.
pub(super) fn own(error: &::reqwest::Error) -> Answers<'_> {
    let kind = if error.is_timeout() {
        ErrorKind::Timeout
    } else if let Some(status) = error.status() {
        status_kind(&status)
    } else if error.is_builder() {
        ErrorKind::Client
    } else if let Some(inner) = hyper(error) {
        // A body that breaks off is an error in decoding too; the connection is at fault all the same.
        super::hyper::own(inner).kind
    } else if error.is_decode() || error.is_redirect() {
        ErrorKind::Server
    } else {
        ErrorKind::Network
    };
    Answers { unsent: error.is_connect() || error.is_builder(), ..Answers::of(kind) }
}

fn hyper(error: &::reqwest::Error) -> Option<&::hyper::Error> {
    chain::chain(error).find_map(|error| error.downcast_ref())
}
