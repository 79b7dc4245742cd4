//! A service in memory: it answers by a script and counts the calls that reach it.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use resilient_runtime::{Classify, ErrorKind, Rejection};
use tokio::runtime::Handle;

/// The error of every test trait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The service failed.
    Down,
    /// The service asked for patience.
    Busy(Duration),
    /// The request was wrong.
    Wrong,
    /// A policy rejected.
    Rejected(Rejection),
}

impl From<Rejection> for Fault {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl Classify for Fault {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Down => ErrorKind::Server,
            Self::Busy(_) => ErrorKind::RateLimit,
            Self::Wrong => ErrorKind::Client,
            Self::Rejected(rejection) => rejection.kind(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy(after) => Some(*after),
            _ => None,
        }
    }

    fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Rejected(rejection) => Some(rejection),
            _ => None,
        }
    }
}

/// What the service does with one call.
#[derive(Debug, Clone)]
pub enum Act {
    /// Answers well.
    Answer,
    /// Fails.
    Fail(Fault),
    /// Takes so long, then answers well.
    Slow(Duration),
    /// Never answers.
    Hang,
}

/// Lets time pass for this thread: that of the runtime that it has entered, or the system's.
pub fn pass(time: Duration) {
    match Handle::try_current() {
        Ok(runtime) => runtime.block_on(tokio::time::sleep(time)),
        Err(_) => std::thread::sleep(time),
    }
}

/// The service. Clones are the same service.
#[derive(Debug, Clone, Default)]
pub struct Double {
    script: Arc<Mutex<VecDeque<Act>>>,
    calls: Arc<AtomicU32>,
}

impl Double {
    /// A service that follows the script, and answers well after its end.
    pub fn playing(script: impl IntoIterator<Item = Act>) -> Self {
        Self { script: Arc::new(Mutex::new(script.into_iter().collect())), calls: Arc::default() }
    }

    /// A service that fails so many times, and answers well after that.
    pub fn failing(times: usize) -> Self {
        Self::playing(vec![Act::Fail(Fault::Down); times])
    }

    /// How many calls have reached it.
    pub fn calls(&self) -> u32 {
        self.calls.load(Ordering::SeqCst)
    }

    /// One call: its number, if it is answered well.
    ///
    /// # Errors
    ///
    /// What the script says.
    pub async fn answer(&self) -> Result<u32, Fault> {
        let (number, act) = self.begin();
        match act {
            Act::Answer => Ok(number),
            Act::Fail(fault) => Err(fault),
            Act::Slow(time) => {
                tokio::time::sleep(time).await;
                Ok(number)
            }
            Act::Hang => std::future::pending().await,
        }
    }

    /// One call that blocks its thread: its number, if it is answered well.
    ///
    /// # Errors
    ///
    /// What the script says.
    ///
    /// # Panics
    ///
    /// Where the script says that it hangs: nothing could end that.
    pub fn answer_blocking(&self) -> Result<u32, Fault> {
        let (number, act) = self.begin();
        match act {
            Act::Answer => Ok(number),
            Act::Fail(fault) => Err(fault),
            Act::Slow(time) => {
                pass(time);
                Ok(number)
            }
            Act::Hang => panic!("a call that blocks would hang for ever"),
        }
    }

    fn begin(&self) -> (u32, Act) {
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let act = self.script.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        (number, act.unwrap_or(Act::Answer))
    }
}
