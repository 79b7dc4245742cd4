use ::redis::{ErrorKind as Redis, RedisError, ServerErrorKind};

use super::{
    ErrorKind,
    answers::{Answers, classify_by},
    chain,
};

classify_by!(chain::answers, RedisError);

/// What a redis error says by itself.
pub(super) fn own(error: &RedisError) -> Answers<'_> {
    if error.is_timeout() {
        return Answers::of(ErrorKind::Timeout);
    }
    // A socket file that is not there is a server that does not run.
    if error.is_connection_refusal() {
        return Answers::unsent(ErrorKind::Network);
    }
    match error.kind() {
        // Said by the io error inside, where there is one.
        Redis::Io if std::error::Error::source(error).is_some() => Answers::of(ErrorKind::Unknown),
        Redis::Io => Answers::of(ErrorKind::Network),
        Redis::ClusterConnectionNotFound
        | Redis::MasterNameNotFoundBySentinel
        | Redis::NoValidReplicasFoundBySentinel => Answers::unsent(ErrorKind::Network),
        Redis::AuthenticationFailed | Redis::Server(ServerErrorKind::NoPerm) => {
            Answers::of(ErrorKind::Auth)
        }
        Redis::InvalidClientConfig | Redis::EmptySentinelList => Answers::unsent(ErrorKind::Client),
        Redis::Client | Redis::UnexpectedReturnType | Redis::RESP3NotSupported => {
            Answers::of(ErrorKind::Client)
        }
        Redis::Parse => Answers::of(ErrorKind::Server),
        Redis::Server(kind) => server(kind),
        Redis::Extension => extension(error.code().unwrap_or_default()),
        _ => Answers::of(ErrorKind::Unknown),
    }
}

fn server(kind: ServerErrorKind) -> Answers<'static> {
    match kind {
        ServerErrorKind::BusyLoading
        | ServerErrorKind::ClusterDown
        | ServerErrorKind::MasterDown
        | ServerErrorKind::ReadOnly => Answers::of(ErrorKind::Server),
        // The cluster moves keys about: it is well, and the next attempt may find them.
        ServerErrorKind::TryAgain | ServerErrorKind::Moved | ServerErrorKind::Ask => {
            Answers { counted: false, ..Answers::of(ErrorKind::Server) }
        }
        ServerErrorKind::ResponseError
        | ServerErrorKind::ExecAbort
        | ServerErrorKind::NoScript
        | ServerErrorKind::CrossSlot
        | ServerErrorKind::NotBusy
        | ServerErrorKind::NoSub => Answers::of(ErrorKind::Client),
        _ => Answers::of(ErrorKind::Unknown),
    }
}

/// Codes that the crate has no name for.
fn extension(code: &str) -> Answers<'static> {
    Answers::of(match code {
        "NOAUTH" | "WRONGPASS" => ErrorKind::Auth,
        "WRONGTYPE" | "BUSYKEY" | "BUSYGROUP" | "NOGROUP" | "UNKILLABLE" => ErrorKind::Client,
        "BUSY" | "OOM" | "MISCONF" | "NOREPLICAS" => ErrorKind::Server,
        _ => ErrorKind::Unknown,
    })
}
