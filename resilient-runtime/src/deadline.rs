//! The deadline that a decorated call passes on to the decorated calls inside it.

use std::cell::Cell;

use tokio::time::Instant;

use crate::{ambient, clock::Moment};

thread_local! {
    static DEADLINE: Cell<Option<Moment>> = const { Cell::new(None) };
}

/// When the attempt around this code is out of time; `None` where no decorated call is around it, or none with a limit.
///
/// Decorated calls inside it inherit it. For everything else that can be told how long it may take, such as a query of a
/// database:
///
/// ```
/// # use std::time::Duration;
/// # use resilient_runtime::{Policy, Rejection, TimeoutConfig, deadline};
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = Policy::builder("db").timeout(TimeoutConfig::new().attempt(Duration::from_secs(2))).build()?;
/// let left = policy
///     .call(async || Ok::<_, Rejection>(deadline().map(|deadline| deadline - tokio::time::Instant::now())))
///     .await;
/// assert_eq!(left, Ok(Some(Duration::from_secs(2))));
/// # Ok(()) }
/// ```
pub fn deadline() -> Option<Instant> {
    inherited().map(Moment::instant)
}

/// What the decorated call around this one leaves it, if there is one and it has a limit.
#[inline]
pub(crate) fn inherited() -> Option<Moment> {
    ambient::get(&DEADLINE)
}

/// Runs a poll, or a method that blocks, in which [`inherited`] answers `deadline`.
#[inline]
pub(crate) fn within<T>(deadline: Moment, run: impl FnOnce() -> T) -> T {
    ambient::within(&DEADLINE, Some(deadline), run)
}
