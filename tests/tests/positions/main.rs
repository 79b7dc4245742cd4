//! The attribute on `impl` blocks and functions, and on methods that block or return futures of their own.

#![allow(clippy::unused_async, reason = "the methods and fallbacks of a client are async")]

mod blocks;
mod bodies;
mod functions;
mod generics;
mod returned;
mod traits;

use resilient_runtime::{Classify, ErrorKind, Rejection};

/// What the clients of these tests fail with.
#[derive(Debug, PartialEq, Clone)]
enum Fault {
    /// Another attempt may succeed.
    Down,
    /// None will.
    Unknown,
    Rejected(Rejection),
}

impl Classify for Fault {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Down => ErrorKind::Server,
            Self::Unknown => ErrorKind::Client,
            Self::Rejected(rejection) => rejection.kind(),
        }
    }
}

impl From<Rejection> for Fault {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<std::num::ParseIntError> for Fault {
    fn from(_: std::num::ParseIntError) -> Self {
        Self::Unknown
    }
}

/// Counts, and fails so many times before it answers.
#[derive(Debug, Default)]
struct Calls(std::sync::atomic::AtomicU32);

impl Calls {
    const fn new() -> Self {
        Self(std::sync::atomic::AtomicU32::new(0))
    }

    fn count(&self) -> u32 {
        self.0.load(std::sync::atomic::Ordering::SeqCst)
    }

    /// Counts one, and fails it unless `failures` were there before.
    fn after(&self, failures: u32) -> Result<u32, Fault> {
        let before = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        if before < failures { Err(Fault::Down) } else { Ok(before + 1) }
    }
}
