//! Time that passes: for a task by a timer of tokio's, for a thread that waits by the system's clock as well.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use pin_project_lite::pin_project;
use tokio::{task::coop::unconstrained, time};

use crate::{
    blocking,
    clock::{self, Moment},
};

pin_project! {
    /// Ends at a moment.
    ///
    /// Where a thread [waits](blocking::wait) for it, nobody may be there to drive a timer, or to move a paused clock: the
    /// thread itself may be the one who does that elsewhere. Then it ends once as much time has passed by the system's
    /// clock, and whoever looks at ours afterwards may find that it has not moved.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub(crate) struct Sleep {
        until: Moment,
        // The same by the system's clock, once a thread waits for it.
        at: Option<Instant>,
        // Made when it is polled for the first time; for a thread that waits, only where its clock may be moved by others.
        #[pin]
        timer: Option<time::Sleep>,
    }
}

impl Sleep {
    pub(crate) fn until(until: Moment) -> Self {
        Self { until, at: None, timer: None }
    }

    /// Ends at another moment.
    pub(crate) fn reset(self: Pin<&mut Self>, until: Moment) {
        let mut this = self.project();
        if *this.until != until {
            *this.until = until;
            *this.at = None;
            if let Some(timer) = this.timer.as_mut().as_pin_mut() {
                timer.reset(until.instant());
            }
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let until = *this.until;
        let waits = blocking::is_waited_for(cx);
        let begins = if waits { this.at.is_none() } else { this.timer.is_none() };
        if begins && (!waits || clock::is_virtual()) {
            this.timer.set(Some(time::sleep_until(until.instant())));
        }
        if let Some(timer) = this.timer.as_pin_mut()
            && timer.poll(cx).is_ready()
        {
            return Poll::Ready(());
        }
        if waits {
            let at = *this.at.get_or_insert_with(|| on_the_system_clock(until));
            if Instant::now() >= at {
                return Poll::Ready(());
            }
            blocking::look_again_at(at);
        }
        Poll::Pending
    }
}

fn on_the_system_clock(until: Moment) -> Instant {
    let left = until.since(Moment::now());
    Instant::now() + left.min(resilient_policy::duration::LONGEST)
}

pub(crate) fn sleep(length: Duration) -> Sleep {
    Sleep::until(Moment::now() + length)
}

/// What a future brings, or `None` once the moment has come.
pub(crate) async fn timeout_at<F: Future>(until: Moment, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    // Outside of the cooperative budget: a future that uses it up must not switch off its timeout.
    let mut over = pin!(unconstrained(Sleep::until(until)));
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => over.as_mut().poll(cx).map(|()| None),
    })
    .await
}
