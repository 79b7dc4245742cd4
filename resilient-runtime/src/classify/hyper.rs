use super::{
    ErrorKind,
    answers::{Answers, classify_by},
    chain,
};

classify_by!(chain::answers, ::hyper::Error);

/// What a hyper error says by itself.
pub(super) fn own(error: &::hyper::Error) -> Answers<'_> {
    Answers::of(if error.is_timeout() {
        ErrorKind::Timeout
    } else if error.is_parse() {
        ErrorKind::Server
    } else if error.is_user() {
        ErrorKind::Client
    } else {
        ErrorKind::Network
    })
}
