//! A hedged attempt: when its request takes long, another one is sent, and the first good answer wins.
//!
//! The idea is that of J. Dean and L. A. Barroso, "The Tail at Scale" (CACM 56:2, 2013).

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll},
    time::Duration,
};

use resilient_policy::HedgeAfter;
use tokio::time::{Sleep, sleep_until};

use super::{Call, core::Core};
use crate::{
    attempt::{Attempt, Attempted, Run},
    clock::Moment,
    outcome::Verdict,
};

impl<'m, R, V, E> Call<'m, R, V, E> {
    /// Runs the method like [`Attempt::run`], and again while that takes long, as the method's hedge policy says; then
    /// settles the call with the first good answer, or with the error that came last. Requests that lose are dropped.
    pub async fn race<M, F>(&mut self, attempt: Attempt<'m>, request: M)
    where
        M: Fn() -> F,
        F: Future<Output = R>,
    {
        let mut next = self.core.hedge_at(attempt.started);
        let mut left = self.core.pipeline.settings.hedge.map_or(0, |hedge| hedge.max);
        let limit = attempt.limit;
        let mut first = pin!(Some(attempt.run(request())));
        // Made once a request is pending, and hedges once one is sent: an answer that comes at once costs neither.
        let mut timer = pin!(None::<Sleep>);
        let mut hedges: Vec<Pin<Box<Run<'m, F>>>> = Vec::new();
        let won = poll_fn(|cx| {
            loop {
                if let Some((attempted, hedged)) = poll_requests(first.as_mut(), &mut hedges, cx) {
                    let out = hedges.len() + usize::from(first.is_some());
                    let judged = self.consider(&attempted);
                    if judged == Merit::Good {
                        self.core.count_race(hedged, out);
                        return Poll::Ready(attempted);
                    }
                    let another = if judged == Merit::Worth && left > 0 {
                        self.core.spare_attempt(limit)
                    } else {
                        None
                    };
                    if out == 0 && another.is_none() {
                        return Poll::Ready(attempted);
                    }
                    self.book(attempted);
                    // The call goes on: dropped now, it is cancelled.
                    self.core.end = None;
                    if let Some(another) = another {
                        left -= 1;
                        next = self.core.hedge_at(another.started);
                        hedges.push(Box::pin(another.run(request())));
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
                    next = self.core.hedge_at(another.started);
                    hedges.push(Box::pin(another.run(request())));
                }
            }
        })
        .await;
        self.settle(won);
    }

    /// What an answer is worth, before it is recorded.
    fn consider(&self, attempted: &Attempted<'m, R>) -> Merit {
        let Ok(outcome) = &attempted.result else { return Merit::Bad };
        match self.fallible.judge(outcome) {
            Verdict::Error { retryable: true, throttled: false, retry_after: None, .. } => {
                Merit::Worth
            }
            Verdict::Error { .. } => Merit::Bad,
            Verdict::Success | Verdict::Value { .. } => Merit::Good,
        }
    }
}

/// What the answer of one request is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Merit {
    /// It ends the race.
    Good,
    /// It failed, and another request may do better.
    Worth,
    /// It failed, and another request would too, or should not be sent.
    Bad,
}

/// The first request that has ended, and whether it was a hedge.
fn poll_requests<'m, F: Future>(
    mut first: Pin<&mut Option<Run<'m, F>>>,
    hedges: &mut Vec<Pin<Box<Run<'m, F>>>>,
    cx: &mut Context<'_>,
) -> Option<(Attempted<'m, F::Output>, bool)> {
    if let Some(run) = first.as_mut().as_pin_mut()
        && let Poll::Ready(attempted) = run.poll(cx)
    {
        first.set(None);
        return Some((attempted, false));
    }
    for position in 0..hedges.len() {
        if let Poll::Ready(attempted) = hedges[position].as_mut().poll(cx) {
            drop(hedges.remove(position));
            return Some((attempted, true));
        }
    }
    None
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

    fn count_race(&self, hedged: bool, out: usize) {
        let counters = &self.pipeline.counters;
        if hedged {
            counters.hedges_won.add();
        }
        for _ in 0..out {
            counters.hedges_cancelled.add();
        }
    }
}
