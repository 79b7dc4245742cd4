//! A hedged attempt: when its request takes long, another one is sent, and the first good answer wins.
//!
//! The idea is that of J. Dean and L. A. Barroso, "The Tail at Scale" (CACM 56:2, 2013).

use std::{
    fmt,
    future::Future,
    mem,
    ops::Range,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use pin_project_lite::pin_project;
use resilient_policy::HedgeAfter;
use tokio::{
    task::coop::unconstrained,
    time::{Sleep, sleep_until},
};

use super::{Call, admit::Hedge, book::By, core::Core};
use crate::{
    attempt::{Answer, Attempt, Attempted},
    clock::Moment,
    deadline,
    outcome::Verdict,
};

impl<'m, R, V, E> Call<'m, R, V, E> {
    /// Runs the method like [`Attempt::run`], and again while that takes long, as the method's hedge policy says; then
    /// settles the call with the first good answer, or with the error that came last. Requests that lose are dropped.
    pub fn race<M, F>(&mut self, attempt: Attempt, mut request: M) -> Race<'_, 'm, R, V, E, M, F>
    where
        // Not `Fn`: borrowed as shared, it would have to be `Sync`, and with it every argument that it holds.
        M: FnMut() -> F,
        F: Future<Output = R>,
    {
        let next = self.core.hedge_at(self.core.begun);
        let left = self.core.pipeline.settings.hedge.map_or(0, |hedge| hedge.max);
        let first = Some(request());
        Race {
            call: self,
            attempt,
            request,
            first,
            hedges: Vec::new(),
            next,
            left,
            new: false,
            timer: None,
        }
    }
}

pin_project! {
    /// The future of [`Call::race`].
    ///
    /// By hand, for an `async fn` would hold each of its arguments twice.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Race<'c, 'm, R, V, E, M, F> {
        call: &'c mut Call<'m, R, V, E>,
        attempt: Attempt,
        request: M,
        #[pin]
        first: Option<F>,
        // Made once one is sent.
        hedges: Vec<Sent<F>>,
        // When the next one is sent, and how many may be.
        next: Option<Moment>,
        left: u32,
        // Whether the last of them was not polled yet.
        new: bool,
        // For the next hedge, or for the end of the attempt's time, which is that of all requests; made once all are
        // pending.
        #[pin]
        timer: Option<Sleep>,
    }
}

/// A request beside the first one that is out.
struct Sent<F> {
    request: Pin<Box<F>>,
    hedge: Hedge,
}

impl<R, V, E, M, F> Future for Race<'_, '_, R, V, E, M, F>
where
    M: FnMut() -> F,
    F: Future<Output = R>,
{
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            if let Some((attempted, by)) = self.as_mut().poll_requests(cx) {
                if self.as_mut().ended(attempted, by) {
                    return Poll::Ready(());
                }
                continue;
            }
            let this = self.as_mut().project();
            let hedge = this.next.filter(|_| *this.left > 0);
            let limit = this.attempt.limit();
            let over = limit.map(|limit| limit.at);
            let Some(at) = hedge.into_iter().chain(over).min() else { return Poll::Pending };
            if Moment::now() < at && !has_come(this.timer, at, cx) {
                return Poll::Pending;
            }
            let Some(limit) = limit.filter(|limit| limit.at == at) else {
                *this.next = None;
                self.as_mut().send();
                continue;
            };
            while let Some(by) = self.as_mut().take_late() {
                let ended = Some(Moment::now());
                let attempted = Attempted { ended, answer: Answer::Late(limit) };
                if self.as_mut().ended(attempted, by) {
                    return Poll::Ready(());
                }
            }
            // Polled again though it was over.
            return Poll::Pending;
        }
    }
}

impl<R, V, E, M, F> Race<'_, '_, R, V, E, M, F>
where
    M: FnMut() -> F,
    F: Future<Output = R>,
{
    /// The first request that has ended. A new one comes before all others: it is in the books, and leaves only when it
    /// is polled.
    fn poll_requests(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Option<(Attempted<R>, By)> {
        let mut this = self.project();
        let (attempt, hedges) = (*this.attempt, this.hedges);
        let polled = hedges.len() - usize::from(mem::take(this.new));
        let end = hedges.len();
        let mut poll = || {
            if let Some(ended) = poll_hedges(hedges, polled..end, cx) {
                return Some(ended);
            }
            if let Some(first) = this.first.as_mut().as_pin_mut()
                && let Poll::Ready(outcome) = first.poll(cx)
            {
                this.first.set(None);
                return Some((outcome, By::Call));
            }
            poll_hedges(hedges, 0..polled, cx)
        };
        let (outcome, by) = match attempt.limit() {
            None => poll()?,
            Some(limit) => deadline::within(limit.at, poll)?,
        };
        Some((attempt.answered(outcome), by))
    }

    /// A request that is out when the attempt's time is over.
    fn take_late(self: Pin<&mut Self>) -> Option<By> {
        let mut this = self.project();
        if this.first.is_some() {
            this.first.set(None);
            return Some(By::Call);
        }
        let hedges = this.hedges;
        let late = if hedges.is_empty() { None } else { Some(hedges.remove(0)) };
        late.map(|sent| By::Hedge(sent.hedge))
    }

    /// Takes note of a request that has ended, and answers whether the race has.
    fn ended(mut self: Pin<&mut Self>, attempted: Attempted<R>, by: By) -> bool {
        let this = self.as_mut().project();
        let hedged = matches!(by, By::Hedge(_));
        // Before another one is sent: this failure may have opened the breaker.
        let (outcome, verdict) = this.call.book(attempted, by);
        if matches!(verdict, Verdict::Error { .. }) {
            if invites_another(&verdict) && *this.left > 0 {
                // Until it is known whether the race goes on: the user's code may panic.
                let end = this.call.core.end.take();
                self.as_mut().send();
                self.as_mut().project().call.core.end = end;
            }
            if self.first.is_some() || !self.hedges.is_empty() {
                // The call has not ended: dropped now, it counts as cancelled.
                self.project().call.core.end = None;
                return false;
            }
        } else {
            let first = this.first.is_some().then_some(this.call.core.begun);
            let others = this.hedges.iter().map(|sent| sent.hedge.sent);
            this.call.core.count_race(hedged, others.chain(first));
        }
        let call = self.project().call;
        if !call.core.pipeline.digest.per_call {
            // Of the first request, where another one was faster.
            call.core.take_admission_back();
        }
        call.conclude(outcome, verdict);
        true
    }

    /// Sends another request, if one can be spared.
    fn send(self: Pin<&mut Self>) {
        let this = self.project();
        let Some(hedge) = this.call.core.spare_attempt(this.attempt.limit()) else { return };
        *this.left -= 1;
        *this.next = this.call.core.hedge_at(hedge.sent);
        this.hedges.push(Sent { request: Box::pin((this.request)()), hedge });
        *this.new = true;
    }
}

impl<R, V, E, M, F> fmt::Debug for Race<'_, '_, R, V, E, M, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Race").field("hedges", &self.hedges.len()).finish_non_exhaustive()
    }
}

/// Whether another request may do better than one that failed, and the service can be asked for it.
fn invites_another(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Error { retryable: true, refused: false, retry_after: None, .. })
}

fn poll_hedges<F: Future>(
    hedges: &mut Vec<Sent<F>>,
    mut positions: Range<usize>,
    cx: &mut Context<'_>,
) -> Option<(F::Output, By)> {
    positions.find_map(|position| match hedges[position].request.as_mut().poll(cx) {
        Poll::Ready(outcome) => {
            let Sent { hedge, .. } = hedges.remove(position);
            Some((outcome, By::Hedge(hedge)))
        }
        Poll::Pending => None,
    })
}

/// Whether the moment has come for which all are waiting.
fn has_come(mut timer: Pin<&mut Option<Sleep>>, at: Moment, cx: &mut Context<'_>) -> bool {
    let at = at.instant();
    if timer.is_none() {
        timer.set(Some(sleep_until(at)));
    }
    let Some(mut timer) = timer.as_pin_mut() else { return false };
    if timer.deadline() != at {
        timer.as_mut().reset(at);
    }
    // Outside of the cooperative budget: a method that uses it up must not switch off its timeout.
    Pin::new(&mut unconstrained(timer)).poll(cx).is_ready()
}

impl Core<'_> {
    /// When the next hedge is due, if there is one.
    fn hedge_at(&self, started: Moment) -> Option<Moment> {
        let hedge = self.pipeline.settings.hedge?;
        let delay = match hedge.after {
            HedgeAfter::Delay(delay) => Some(delay),
            HedgeAfter::Percentile(percentile) => {
                self.pipeline.latencies.as_ref()?.percentile(percentile, self.now)
            }
            _ => None,
        };
        delay.filter(|delay| *delay < Duration::MAX).map(|delay| started + delay)
    }

    /// Counts the winner, which was a hedge or the first one, and the losers by when they were sent.
    fn count_race(&self, hedged: bool, losers: impl Iterator<Item = Moment>) {
        let counters = &self.pipeline.counters;
        if hedged {
            counters.hedges_won.add();
        }
        for sent in losers {
            counters.hedges_cancelled.add();
            // It takes longer than this; left out, the percentile would sink with each hedge that it causes.
            self.took(self.now.since(sent));
        }
    }
}
