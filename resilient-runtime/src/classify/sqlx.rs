use ::sqlx::{
    Error,
    error::{DatabaseError, ErrorKind as Violation},
};

use super::{
    ErrorKind,
    answers::{Answers, classify_by},
    chain,
};

classify_by!(chain::answers, Error);

/// What an sqlx error says by itself.
pub(super) fn own(error: &Error) -> Answers<'_> {
    match error {
        Error::Database(error) => database(&**error),
        // No connection was free, so nothing was sent.
        Error::PoolTimedOut => Answers::unsent(ErrorKind::Timeout),
        Error::Tls(_) => Answers::unsent(ErrorKind::Network),
        Error::Protocol(_) | Error::WorkerCrashed | Error::BeginFailed => {
            Answers::of(ErrorKind::Server)
        }
        Error::Configuration(_)
        | Error::InvalidArgument(_)
        | Error::Encode(_)
        | Error::PoolClosed => Answers::unsent(ErrorKind::Client),
        Error::RowNotFound
        | Error::TypeNotFound { .. }
        | Error::ColumnIndexOutOfBounds { .. }
        | Error::ColumnNotFound(_)
        | Error::ColumnDecode { .. }
        | Error::Decode(_)
        | Error::InvalidSavePointStatement => Answers::of(ErrorKind::Client),
        // What an io error or a driver says is looked for inside.
        _ => Answers::of(ErrorKind::Unknown),
    }
}

fn database(error: &dyn DatabaseError) -> Answers<'static> {
    if error.kind() != Violation::Other {
        return Answers::of(ErrorKind::Client);
    }
    match error.code().as_deref() {
        Some(code) if code.len() == 5 => sql_state(code),
        Some(code) => code.parse().map_or_else(|_| Answers::of(ErrorKind::Unknown), sqlite),
        None => Answers::of(ErrorKind::Unknown),
    }
}

/// The five letters that Postgres and `MySQL` give.
fn sql_state(code: &str) -> Answers<'static> {
    match code {
        // The server takes no connection: a client that cannot establish one, too many of them, starting up.
        "08001" | "08004" | "57P03" => Answers::unsent(ErrorKind::Server),
        "53300" => Answers::unsent(ErrorKind::RateLimit),
        "57014" => Answers::of(ErrorKind::Timeout),
        "42501" => Answers::of(ErrorKind::Auth),
        _ => match &code[..2] {
            "08" => Answers::of(ErrorKind::Network),
            // Another transaction was first: the service is well, and the next attempt may succeed.
            "40" | "55" => again(),
            "28" => Answers::of(ErrorKind::Auth),
            "0A" | "20" | "21" | "22" | "23" | "24" | "25" | "26" | "2D" | "3D" | "3F" | "42"
            | "44" | "P0" => Answers::of(ErrorKind::Client),
            "53" | "54" | "57" | "58" | "F0" | "XX" => Answers::of(ErrorKind::Server),
            _ => Answers::of(ErrorKind::Unknown),
        },
    }
}

/// `SQLite`'s numbers, whose low byte is the plain result code.
fn sqlite(code: u32) -> Answers<'static> {
    match code & 0xff {
        // Busy, locked.
        5 | 6 => again(),
        // Permission, authorization.
        3 | 23 => Answers::of(ErrorKind::Auth),
        // Plain error, read-only, too big, constraint, mismatch, misuse, range.
        1 | 8 | 18..=21 | 25 => Answers::of(ErrorKind::Client),
        // Out of memory, interrupted, io, corrupt, full, cannot open, protocol, not a database.
        7 | 9..=11 | 13..=15 | 26 => Answers::of(ErrorKind::Server),
        _ => Answers::of(ErrorKind::Unknown),
    }
}

fn again() -> Answers<'static> {
    Answers { counted: false, ..Answers::of(ErrorKind::Server) }
}
