//! Loads in the background: a caller is served what is there, and a task of its own loads it anew.

use std::{cell::Cell, fmt, future::Future};

use tokio::runtime::Handle;

use super::{Call, miss::Miss};

tokio::task_local! {
    /// What the first look of a task is there to load.
    static DUE: Cell<Option<Box<Miss>>>;
}

/// The duty to load anew what a caller was served. Dropped, it goes to the next one who asks.
#[must_use = "spawn the method with it"]
pub struct Refresh {
    due: Box<Miss>,
    runtime: Handle,
}

impl Refresh {
    /// Calls the method in a task of its own. Its answer goes into the cache.
    pub fn spawn<F>(self, call: F)
    where
        F: Future + Send + 'static,
    {
        let Self { due, runtime } = self;
        drop(runtime.spawn(DUE.scope(Cell::new(Some(due)), async move { drop(call.await) })));
    }
}

impl fmt::Debug for Refresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refresh").finish_non_exhaustive()
    }
}

/// Whether this task is one of these.
pub(super) fn is_one() -> bool {
    DUE.try_with(|_| ()).is_ok()
}

/// What this task is there to load, for the first call in it.
pub(super) fn due() -> Option<Box<Miss>> {
    DUE.try_with(Cell::take).ok().flatten()
}

/// An argument for a task of its own.
pub fn owned<T: ToOwned + ?Sized>(argument: &T) -> T::Owned {
    argument.to_owned()
}

impl<R, V, E> Call<'_, R, V, E> {
    /// Serves an answer that is to be loaded anew, and leaves that to whoever spawns the refresh; `None` where nothing is
    /// due, and where no runtime could run a task.
    pub fn refresh(&mut self) -> Option<Refresh> {
        if !self.core.has_spare() {
            return None;
        }
        let runtime = Handle::try_current().ok()?;
        let (due, value, provenance) = self.core.put_off()?;
        self.serve(&value, provenance);
        Some(Refresh { due, runtime })
    }
}
