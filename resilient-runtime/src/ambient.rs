//! Values that hold for the code which a future or a closure runs, and for nothing beside it.
//!
//! What `tokio::task_local!` is for, with plain values in a cell of the thread: every call reads some and sets some, and
//! there is nothing to borrow, to drop, or to find gone at the thread's end.

use std::{
    cell::Cell,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    thread::LocalKey,
};

use pin_project_lite::pin_project;

/// A value that is set anew for some code, and is there again after it.
pub(crate) type Ambient<T> = LocalKey<Cell<T>>;

#[inline]
pub(crate) fn get<T: Copy>(ambient: &'static Ambient<T>) -> T {
    ambient.with(Cell::get)
}

/// Runs code for which `value` holds.
#[inline]
pub(crate) fn within<T: Copy, R>(
    ambient: &'static Ambient<T>,
    value: T,
    run: impl FnOnce() -> R,
) -> R {
    let _back = Back { ambient, before: ambient.with(|cell| cell.replace(value)) };
    run()
}

/// Puts back what held before, even where the code panics.
struct Back<T: Copy + 'static> {
    ambient: &'static Ambient<T>,
    before: T,
}

impl<T: Copy> Drop for Back<T> {
    #[inline]
    fn drop(&mut self) {
        self.ambient.with(|cell| cell.set(self.before));
    }
}

pin_project! {
    /// A future for which a value holds.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub(crate) struct Scoped<T, F>
    where
        T: Copy,
        T: 'static,
    {
        ambient: &'static Ambient<T>,
        value: T,
        // `None` once it was dropped, which it is where the value holds.
        #[pin]
        future: Option<F>,
    }

    impl<T, F> PinnedDrop for Scoped<T, F>
    where
        T: Copy,
        T: 'static,
    {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            within(this.ambient, *this.value, || this.future.set(None));
        }
    }
}

pub(crate) fn scoped<T: Copy + 'static, F: Future>(
    ambient: &'static Ambient<T>,
    value: T,
    future: F,
) -> Scoped<T, F> {
    Scoped { ambient, value, future: Some(future) }
}

impl<T: Copy, F: Future> Future for Scoped<T, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let Some(future) = this.future.as_pin_mut() else { return Poll::Pending };
        within(this.ambient, *this.value, || future.poll(cx))
    }
}

#[cfg(all(test, not(resilient_loom)))]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    thread_local! {
        static NUMBER: Cell<u32> = const { Cell::new(0) };
    }

    #[test]
    fn what_held_before_holds_again_even_after_a_panic() {
        let inside = within(&NUMBER, 1, || within(&NUMBER, 2, || get(&NUMBER)) * 10 + get(&NUMBER));
        assert_eq!((inside, get(&NUMBER)), (21, 0));
        let panicked =
            catch_unwind(AssertUnwindSafe(|| within(&NUMBER, 3, || panic!("in between"))));
        assert!(panicked.is_err());
        assert_eq!(get(&NUMBER), 0);
    }

    #[tokio::test]
    async fn holds_while_its_future_is_polled_and_not_in_between() {
        let both = scoped(&NUMBER, 5, async {
            let before = get(&NUMBER);
            tokio::task::yield_now().await;
            (before, get(&NUMBER))
        });
        let beside = async {
            let before = get(&NUMBER);
            tokio::task::yield_now().await;
            (before, get(&NUMBER))
        };
        assert_eq!(tokio::join!(both, beside), ((5, 5), (0, 0)));
    }

    #[test]
    fn holds_while_its_future_is_dropped() {
        struct Asks<'a>(&'a Cell<u32>);
        impl Drop for Asks<'_> {
            fn drop(&mut self) {
                self.0.set(get(&NUMBER));
            }
        }
        let seen = Cell::new(0);
        let asks = Asks(&seen);
        drop(scoped(&NUMBER, 7, async move { drop(asks) }));
        assert_eq!((seen.get(), get(&NUMBER)), (7, 0));
    }
}
