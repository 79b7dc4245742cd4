//! Waiting without a runtime: the pipeline's futures, driven by the thread that needs what they bring.
//!
//! No helper thread and no `block_on`, which panics where a runtime is entered. So nobody drives tokio's timers for a
//! thread that waits; [`Sleep`](crate::sleep::Sleep) tells it when to look again.

use std::{
    cell::{Cell, OnceCell},
    future::{Future, poll_fn},
    pin::pin,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Wake, Waker},
    time::Instant,
};

use tokio::task::coop::unconstrained;

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

#[cfg(test)]
mod tests {
    use std::{panic::catch_unwind, sync::mpsc, thread, time::Duration};

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    /// Pending for so many polls.
    async fn polls(pending: u32, mut poll: impl FnMut(&mut Context<'_>)) {
        let mut left = pending;
        poll_fn(|cx| {
            poll(cx);
            if left == 0 {
                return Poll::Ready(());
            }
            left -= 1;
            Poll::Pending
        })
        .await;
    }

    #[test]
    fn a_thread_looks_again_when_it_is_woken_or_when_it_said() {
        wait(polls(3, |cx| cx.waker().wake_by_ref()));
        wait(polls(3, |_| look_again_at(Instant::now())));
        let (wakers, woken) = mpsc::channel::<Waker>();
        let other = thread::spawn(move || woken.into_iter().for_each(Waker::wake));
        wait(polls(100, |cx| wakers.send(cx.waker().clone()).expect("it listens")));
        drop(wakers);
        other.join().expect("no panic");
    }

    #[test]
    fn of_several_times_the_earliest_counts_and_none_is_kept_for_the_next_poll() {
        let mut seen = Vec::new();
        wait(polls(2, |cx| {
            THREAD.with(|thread| seen.push(thread.earliest.get()));
            cx.waker().wake_by_ref();
            let now = Instant::now();
            look_again_at(now + 2 * HOUR);
            look_again_at(now + HOUR);
            look_again_at(now + 3 * HOUR);
            THREAD.with(|thread| assert_eq!(thread.earliest.get(), Some(now + HOUR)));
        }));
        assert_eq!(seen, [None; 3]);
    }

    #[test]
    fn what_woke_the_outer_one_is_not_lost_to_a_wait_inside() {
        wait(polls(1, |cx| {
            assert!(is_waited_for(cx));
            let soon = Instant::now();
            look_again_at(soon + HOUR);
            cx.waker().wake_by_ref();
            wait(polls(2, |_| look_again_at(soon)));
            assert!(is_waited_for(cx), "the outer one goes on");
            THREAD.with(|thread| assert_eq!(thread.earliest.get(), Some(soon + HOUR)));
        }));
        assert!(!THREAD.with(|thread| thread.polls.get()));
    }

    #[test]
    fn a_panic_leaves_the_thread_as_it_was() {
        let panics = || wait(polls(0, |_| panic!("on purpose")));
        assert!(catch_unwind(panics).is_err());
        wait(polls(0, |cx| {
            assert!(catch_unwind(panics).is_err());
            assert!(is_waited_for(cx));
        }));
        assert!(!THREAD.with(|thread| thread.polls.get()));
    }

    #[test]
    fn what_the_users_code_drives_by_other_means_is_not_ours() {
        wait(polls(0, |_| {
            let mut own = Context::from_waker(Waker::noop());
            assert!(!is_waited_for(&own));
            assert_eq!(pin!(is_waiting()).poll(&mut own), Poll::Ready(false));
        }));
        assert!(wait(is_waiting()));
    }

    #[test]
    fn a_second_thread_is_another_one() {
        assert_eq!(thread(), thread());
        let here = thread();
        thread::scope(|scope| {
            let there = scope.spawn(super::thread).join().expect("no panic");
            assert_ne!(there, here);
        });
    }
}
