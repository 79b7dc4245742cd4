//! The operation that every contender protects, and what drives its future.

use std::{
    cell::Cell,
    future::{Future, poll_fn},
    hint::black_box,
    pin::pin,
    sync::LazyLock,
    task::{Context, Poll, Waker},
};

use resilient_runtime::{Classify, Rejection};
use tokio::runtime::{Builder, EnterGuard, Runtime};

thread_local! {
    static REACHED: Cell<u64> = const { Cell::new(0) };
}

/// How often the operation was reached on this thread.
pub fn reached() -> u64 {
    REACHED.get()
}

fn reach() -> u64 {
    REACHED.set(REACHED.get() + 1);
    black_box(1)
}

/// The error of the operation. Peers have it too, inside of their own.
#[derive(Debug, Clone, PartialEq, Classify)]
pub enum Fault {
    /// The service failed.
    #[class(server)]
    Down,
    /// A policy of ours rejected.
    #[class(delegate)]
    Rejected(Rejection),
}

impl From<Rejection> for Fault {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

/// What a call comes to.
pub type Answer = Result<u64, Fault>;

/// Is ready at once.
#[allow(clippy::unused_async, reason = "as the client's methods are")]
pub async fn ready() -> Answer {
    Ok(reach())
}

/// Suspends once, as if it had to wait for a socket.
pub async fn suspends() -> Answer {
    let mut polled = false;
    poll_fn(|cx| {
        if polled {
            return Poll::Ready(());
        }
        polled = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
    Ok(reach())
}

/// Succeeds and fails in turn.
#[allow(clippy::unused_async, reason = "as the client's methods are")]
pub async fn in_turn(number: u64) -> Answer {
    let one = reach();
    if number.is_multiple_of(2) { Ok(one) } else { Err(Fault::Down) }
}

/// Whether a call of [`in_turn`] came to what it must.
pub fn is_in_turn<T, E>(number: u64, answer: &Result<T, E>) -> bool {
    answer.is_ok() == number.is_multiple_of(2)
}

/// The client behind our decorators.
#[derive(Debug, Clone, Copy)]
pub struct Client;

/// Polls until it is ready. A runtime's way round a task that suspends would drown what is measured, and would be the
/// same for all; timers register with the runtime as ever.
pub fn drive<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
}

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_time().build().expect("a runtime"));

/// The runtime of timers, and of threads that read a disk.
pub fn runtime() -> &'static Runtime {
    &RUNTIME
}

/// Whoever is measured is in a runtime.
pub fn enter() -> EnterGuard<'static> {
    RUNTIME.enter()
}
