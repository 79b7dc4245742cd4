use std::time::Duration;

use ::tonic::{Code, ConnectError, Status, TimeoutExpired};

use super::{
    ErrorKind,
    answers::{Answers, classify_by},
    chain, retry_info,
};

classify_by!(chain::answers, Status);

/// What a status says by itself.
pub(super) fn own(status: &Status) -> Answers<'_> {
    let kind = match status.code() {
        // A client whose own time is up cancels, and says so inside.
        Code::Cancelled if wraps::<TimeoutExpired>(status) => ErrorKind::Timeout,
        Code::Unavailable if wraps::<ConnectError>(status) => ErrorKind::Network,
        Code::DeadlineExceeded => ErrorKind::Timeout,
        Code::ResourceExhausted => ErrorKind::RateLimit,
        Code::Unauthenticated | Code::PermissionDenied => ErrorKind::Auth,
        Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unimplemented => ErrorKind::Client,
        Code::Internal | Code::Unavailable | Code::DataLoss => ErrorKind::Server,
        Code::Ok | Code::Cancelled | Code::Unknown => ErrorKind::Unknown,
    };
    let wait = retry_info::delay(status.details()).or_else(|| pushback(status)?.ok());
    // A service that says when to come back wants to be asked again; one that pushes back without a time does not.
    let retryable = kind.is_retryable() || retry_info::delay(status.details()).is_some();
    Answers {
        retry_after: wait,
        retryable: retryable && !matches!(pushback(status), Some(Err(Never))),
        unsent: wraps::<ConnectError>(status),
        ..Answers::of(kind)
    }
}

fn wraps<E: std::error::Error + 'static>(status: &Status) -> bool {
    chain::chain(status).any(<dyn std::error::Error>::is::<E>)
}

/// The service wants no other attempt.
struct Never;

/// What the service says of another attempt, as gRPC's retry design has it: milliseconds, or a negative number.
fn pushback(status: &Status) -> Option<Result<Duration, Never>> {
    let said = status.metadata().get("grpc-retry-pushback-ms")?.to_str().ok();
    let wait = said.and_then(|text| text.parse().ok()).map(Duration::from_millis);
    Some(wait.ok_or(Never))
}
