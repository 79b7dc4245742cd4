//! The deadline that a decorated call passes on to the decorated calls inside it.

use crate::clock::Moment;

tokio::task_local! {
    static DEADLINE: Moment;
}

/// What the decorated call around this one leaves it, if there is one and it has a limit.
pub(crate) fn inherited() -> Option<Moment> {
    DEADLINE.try_with(|deadline| *deadline).ok()
}

/// Runs a poll in which [`inherited`] answers `deadline`.
pub(crate) fn within<T>(deadline: Moment, poll: impl FnOnce() -> T) -> T {
    DEADLINE.sync_scope(deadline, poll)
}
