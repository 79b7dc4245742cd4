//! A hedged attempt: when its request takes long, another one is sent, and the first good answer wins.
//!
//! The idea is that of J. Dean and L. A. Barroso, "The Tail at Scale" (CACM 56:2, 2013).

use std::{
    future::{Future, poll_fn},
    mem,
    ops::Range,
    pin::{Pin, pin},
    task::{Context, Poll},
    time::Duration,
};

use resilient_policy::HedgeAfter;
use tokio::time::{Sleep, sleep_until};

use super::{Call, admit::Hedge, book::By, core::Core};
use crate::{
    attempt::{Attempt, Attempted, Run},
    breaker::Permit,
    clock::Moment,
    outcome::Verdict,
};

/// A request beside the first one that is out, and what the breaker admitted it by.
struct Sent<F> {
    run: Pin<Box<Run<F>>>,
    at: Moment,
    permit: Option<Permit>,
}

impl<R, V, E> Call<'_, R, V, E> {
    /// Runs the method like [`Attempt::run`], and again while that takes long, as the method's hedge policy says; then
    /// settles the call with the first good answer, or with the error that came last. Requests that lose are dropped.
    pub async fn race<M, F>(&mut self, attempt: Attempt, mut request: M)
    where
        // Not `Fn`: borrowed as shared, it would have to be `Sync`, and with it every argument that it holds.
        M: FnMut() -> F,
        F: Future<Output = R>,
    {
        let mut next = self.core.hedge_at(self.core.begun);
        let mut left = self.core.pipeline.settings.hedge.map_or(0, |hedge| hedge.max);
        let limit = attempt.limit();
        let mut first = pin!(Some(attempt.run(request())));
        // Made once a request is pending, and hedges once one is sent: an answer that comes at once costs neither.
        let mut timer = pin!(None::<Sleep>);
        let mut hedges: Vec<Sent<F>> = Vec::new();
        // Whether the last of them was not polled yet.
        let mut new = false;
        let (outcome, verdict) = poll_fn(|cx| {
            loop {
                let ended = poll_requests(first.as_mut(), &mut hedges, mem::take(&mut new), cx);
                if let Some((attempted, by)) = ended {
                    let out = hedges.len() + usize::from(first.is_some());
                    // Before another one is sent: this failure may have opened the breaker.
                    let beside = matches!(by, By::Hedge { .. });
                    let (outcome, verdict) = self.book(attempted, by);
                    if !matches!(verdict, Verdict::Error { .. }) {
                        let first = first.is_some().then_some(self.core.begun);
                        self.core
                            .count_race(beside, hedges.iter().map(|sent| sent.at).chain(first));
                        return Poll::Ready((outcome, verdict));
                    }
                    let another = if left > 0 && invites_another(&verdict) {
                        self.core.spare_attempt(limit)
                    } else {
                        None
                    };
                    if out == 0 && another.is_none() {
                        return Poll::Ready((outcome, verdict));
                    }
                    // The call has not ended: dropped now, it counts as cancelled.
                    self.core.end = None;
                    if let Some(another) = another {
                        left -= 1;
                        next = self.core.hedge_at(another.sent);
                        hedges.push(another.send(request()));
                        new = true;
                    }
                    continue;
                }
                let Some(at) = next.filter(|_| left > 0) else { return Poll::Pending };
                if Moment::now() < at {
                    if timer.is_none() {
                        timer.set(Some(sleep_until(at.instant())));
                    }
                    if let Some(mut timer) = timer.as_mut().as_pin_mut() {
                        if timer.deadline() != at.instant() {
                            timer.as_mut().reset(at.instant());
                        }
                        if timer.poll(cx).is_pending() {
                            return Poll::Pending;
                        }
                    }
                }
                next = None;
                if let Some(another) = self.core.spare_attempt(limit) {
                    left -= 1;
                    next = self.core.hedge_at(another.sent);
                    hedges.push(another.send(request()));
                    new = true;
                }
            }
        })
        .await;
        if !self.core.pipeline.digest.per_call {
            // Of the first request, where another one was faster.
            self.core.take_admission_back();
        }
        self.conclude(outcome, verdict);
    }
}

/// Whether another request may do better than one that failed, and the service can be asked for it.
fn invites_another(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Error { retryable: true, refused: false, retry_after: None, .. })
}

impl Hedge {
    fn send<F: Future>(self, request: F) -> Sent<F> {
        let Self { attempt, sent, permit } = self;
        Sent { run: Box::pin(attempt.run(request)), at: sent, permit }
    }
}

/// The first request that has ended. A new one comes before all others: it is in the books, and leaves only when it is
/// polled.
fn poll_requests<F: Future>(
    mut first: Pin<&mut Option<Run<F>>>,
    hedges: &mut Vec<Sent<F>>,
    new: bool,
    cx: &mut Context<'_>,
) -> Option<(Attempted<F::Output>, By)> {
    let polled = hedges.len() - usize::from(new);
    let end = hedges.len();
    if let Some(ended) = poll_hedges(hedges, polled..end, cx) {
        return Some(ended);
    }
    if let Some(run) = first.as_mut().as_pin_mut()
        && let Poll::Ready(attempted) = run.poll(cx)
    {
        first.set(None);
        return Some((attempted, By::Call));
    }
    poll_hedges(hedges, 0..polled, cx)
}

fn poll_hedges<F: Future>(
    hedges: &mut Vec<Sent<F>>,
    mut positions: Range<usize>,
    cx: &mut Context<'_>,
) -> Option<(Attempted<F::Output>, By)> {
    positions.find_map(|position| match hedges[position].run.as_mut().poll(cx) {
        Poll::Ready(attempted) => {
            let Sent { at, permit, .. } = hedges.remove(position);
            Some((attempted, By::Hedge { sent: at, permit }))
        }
        Poll::Pending => None,
    })
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
