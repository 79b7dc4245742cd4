use std::{cell::Cell, fmt, future::Future};

use crate::ambient;

/// Who goes first where calls wait for a rate limiter.
///
/// The attribute's `priority` says it for a method; [`with_priority`] for everything that one request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Before all others.
    Critical,
    /// Before `Normal` and `Low`.
    High,
    /// What a call has that says nothing.
    #[default]
    Normal,
    /// After all others, and the first to be turned away when the queue is full.
    Low,
}

impl Priority {
    /// All of them, the first to be served first.
    pub const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Normal, Self::Low];

    #[inline]
    pub(super) fn class(self) -> usize {
        match self {
            Self::Critical => 0,
            Self::High => 1,
            Self::Normal => 2,
            Self::Low => 3,
        }
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Normal => "normal",
            Self::Low => "low",
        })
    }
}

thread_local! {
    static PRIORITY: Cell<Priority> = const { Cell::new(Priority::Normal) };
}

/// Runs a future whose decorated calls have this priority, but for those whose attribute gives one.
///
/// Tasks that it spawns begin without it.
///
/// ```
/// # use resilient_runtime::{Priority, priority, with_priority};
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// assert_eq!(priority(), Priority::Normal);
/// let inside = with_priority(Priority::High, async { priority() }).await;
/// assert_eq!(inside, Priority::High);
/// # }
/// ```
pub fn with_priority<F: Future>(
    priority: Priority,
    future: F,
) -> impl Future<Output = F::Output> + use<F> {
    ambient::scoped(&PRIORITY, priority, future)
}

/// [`with_priority`] around calls that block. Threads that are spawned inside begin without it.
///
/// ```
/// # use resilient_runtime::{Priority, priority, with_priority_blocking};
/// let inside = with_priority_blocking(Priority::High, priority);
/// assert_eq!((inside, priority()), (Priority::High, Priority::Normal));
/// ```
pub fn with_priority_blocking<T>(priority: Priority, work: impl FnOnce() -> T) -> T {
    ambient::within(&PRIORITY, priority, work)
}

/// The priority that [`with_priority`] gives the code around this; [`Priority::Normal`] where it gives none.
#[inline]
pub fn priority() -> Priority {
    ambient::get(&PRIORITY)
}
