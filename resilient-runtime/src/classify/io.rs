use std::io;

use super::{
    ErrorKind,
    answers::{Answers, classify_by},
    chain,
};

classify_by!(chain::answers, io::Error);

/// What an io error says by itself.
pub(super) fn own(error: &io::Error) -> Answers<'_> {
    use io::ErrorKind as Io;
    match error.kind() {
        Io::TimedOut => Answers::of(ErrorKind::Timeout),
        Io::PermissionDenied => Answers::of(ErrorKind::Auth),
        Io::InvalidInput | Io::NotFound | Io::AlreadyExists | Io::Unsupported => {
            Answers::of(ErrorKind::Client)
        }
        // Made from an error of somebody else: what that one says is looked for inside.
        Io::Other | Io::InvalidData => Answers::of(ErrorKind::Unknown),
        // There was no connection that anything could have been sent over.
        Io::ConnectionRefused
        | Io::NotConnected
        | Io::AddrInUse
        | Io::AddrNotAvailable
        | Io::HostUnreachable
        | Io::NetworkUnreachable => Answers::unsent(ErrorKind::Network),
        _ => Answers::of(ErrorKind::Network),
    }
}

#[cfg(test)]
mod tests {
    use std::{error::Error, time::Duration};

    use super::*;
    use crate::{Classify, Rejection};

    fn open() -> Rejection {
        Rejection::BreakerOpen {
            service: "scout".into(),
            retry_after: Some(Duration::from_secs(3)),
        }
    }

    #[test]
    fn an_error_that_wraps_a_rejection_is_seen_as_that_rejection() {
        let as_io: io::Error = open().into();
        assert_eq!(as_io.rejection(), Some(&open()));
        assert_eq!(Classify::retry_after(&as_io), Some(Duration::from_secs(3)));
        assert_eq!(Classify::kind(&as_io), ErrorKind::Server);

        let boxed: Box<dyn Error + Send + Sync> = as_io.into();
        assert_eq!(boxed.rejection(), Some(&open()));
        let boxed: Box<dyn Error + Send + Sync> = open().into();
        assert_eq!((boxed.kind(), boxed.rejection()), (ErrorKind::Server, Some(&open())));
    }

    #[test]
    fn io_errors_have_a_kind() {
        for (io, kind) in [
            (io::ErrorKind::ConnectionRefused, ErrorKind::Network),
            (io::ErrorKind::BrokenPipe, ErrorKind::Network),
            (io::ErrorKind::TimedOut, ErrorKind::Timeout),
            (io::ErrorKind::NotFound, ErrorKind::Client),
            (io::ErrorKind::PermissionDenied, ErrorKind::Auth),
            (io::ErrorKind::Other, ErrorKind::Unknown),
        ] {
            assert_eq!(Classify::kind(&io::Error::from(io)), kind, "{io}");
        }
    }
}
