//! Waiting without a runtime: the pipeline's futures, driven by the thread that needs what they bring.
//!
//! No helper thread and no `block_on`, which panics where a runtime is entered. So nobody drives tokio's timers for a
//! thread that waits; [`Sleep`](crate::sleep::Sleep) tells it when to look again.

use std::{
    cell::{Cell, OnceCell},
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Wake, Waker},
    time::Instant,
};

use tokio::task::{coop::unconstrained, spawn_blocking};

thread_local! {
    static THREAD: Thread = const {
        Thread { bell: OnceCell::new(), polls: Cell::new(false), earliest: Cell::new(None) }
    };
}

/// A thread that waits, or has waited once.
struct Thread {
    bell: OnceCell<(Arc<Bell>, Waker)>,
    /// Whether it is polling something that it waits for.
    polls: Cell<bool>,
    /// When what it polls is to be polled again, woken or not.
    earliest: Cell<Option<Instant>>,
}

impl Thread {
    fn bell(&self) -> &(Arc<Bell>, Waker) {
        self.bell.get_or_init(|| {
            let bell = Arc::<Bell>::default();
            (Arc::clone(&bell), bell.into())
        })
    }

    fn drive<F: Future>(&self, future: F) -> F::Output {
        // A task that has used up its cooperative budget would be told to come back later, for ever.
        let mut future = pin!(unconstrained(future));
        let (bell, waker) = self.bell();
        let _waiting = Waiting {
            thread: self,
            polled: self.polls.replace(true),
            earliest: self.earliest.get(),
        };
        loop {
            self.earliest.set(None);
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(waker)) {
                return output;
            }
            bell.wait(self.earliest.get());
        }
    }
}

/// Brings back what was before it waited: user code that is called in a poll, such as a breaker's listener, may wait in
/// its turn.
struct Waiting<'t> {
    thread: &'t Thread,
    polled: bool,
    earliest: Option<Instant>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.thread.polls.set(self.polled);
        self.thread.earliest.set(self.earliest);
        if self.polled {
            // The bell may have rung for the one who waits outside.
            self.thread.bell().0.ring();
        }
    }
}

/// What wakes a thread. Not its parking, whose token may be meant for the user's code.
#[derive(Default)]
struct Bell {
    rung: Mutex<bool>,
    changed: Condvar,
}

impl Bell {
    fn lock(&self) -> MutexGuard<'_, bool> {
        self.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ring(&self) {
        *self.lock() = true;
        self.changed.notify_one();
    }

    /// Until it has rung since the last time, but no longer than that.
    fn wait(&self, until: Option<Instant>) {
        let silent = |rung: &mut bool| !*rung;
        let rung = self.lock();
        let mut rung = match until {
            None => self.changed.wait_while(rung, silent).unwrap_or_else(PoisonError::into_inner),
            Some(until) => {
                let left = until.saturating_duration_since(Instant::now());
                let waited = self.changed.wait_timeout_while(rung, left, silent);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        *rung = false;
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.ring();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ring();
    }
}

/// Drives a future of ours on this thread, which sleeps in between. Works in and outside of every runtime.
pub(crate) fn wait<F: Future>(future: F) -> F::Output {
    THREAD.with(|thread| thread.drive(future))
}

/// Whether a thread waits for what is polled with this.
///
/// Known by its waker: within a poll of ours the user's code may drive futures of its own by other means.
pub(crate) fn is_waited_for(cx: &Context<'_>) -> bool {
    let asked =
        THREAD.try_with(|thread| thread.polls.get() && cx.waker().will_wake(&thread.bell().1));
    asked.unwrap_or(false)
}

/// The same, for a future that asks itself.
pub(crate) async fn is_waiting() -> bool {
    poll_fn(|cx| Poll::Ready(is_waited_for(cx))).await
}

/// What no other thread has that lives.
pub(crate) fn thread() -> usize {
    THREAD.try_with(|thread| std::ptr::from_ref(thread).addr()).unwrap_or_default()
}

/// Has the thread that waits poll again at that time, if it is not woken before.
pub(crate) fn look_again_at(at: Instant) {
    let _ = THREAD.try_with(|thread| {
        let earliest = thread.earliest.get().map_or(at, |earliest| earliest.min(at));
        thread.earliest.set(Some(earliest));
    });
}

/// Does work that blocks: here, where a thread waits for it, and where not, on one that is there for this. `None` where
/// it panics, or the runtime is shutting down.
pub(crate) async fn unblock<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    if is_waiting().await {
        return catch_unwind(AssertUnwindSafe(work)).ok();
    }
    spawn_blocking(work).await.ok()
}
