//! A stand-in for tokio's semaphore under loom, which cannot look into that one: the same promises, step by step.

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use super::{Mutex, MutexGuard, PoisonError};

/// Permits, and who waits for one, in order.
#[derive(Debug)]
pub(crate) struct Semaphore(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    permits: usize,
    closed: bool,
    waiting: VecDeque<(u64, Waker)>,
    joined: u64,
}

/// There will be no more permits.
#[derive(Debug)]
pub(crate) struct Closed;

impl Semaphore {
    pub(crate) fn new(permits: usize) -> Self {
        Self(Mutex::new(State { permits, ..State::default() }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add_permits(&self, permits: usize) {
        let mut state = self.lock();
        state.permits += permits;
        let next = state.next();
        drop(state);
        next.into_iter().for_each(Waker::wake);
    }

    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        let waiting: Vec<_> = state.waiting.drain(..).map(|(_, waker)| waker).collect();
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
    }

    pub(crate) fn acquire(&self) -> Acquire<'_> {
        Acquire { semaphore: self, number: None }
    }
}

impl State {
    /// The first who waits, if there is a permit.
    fn next(&self) -> Option<Waker> {
        (self.permits > 0).then(|| self.waiting.front().map(|(_, waker)| waker.clone())).flatten()
    }
}

/// A permit, to be forgotten: nobody here gives one back.
#[must_use]
pub(crate) struct SemaphorePermit;

impl SemaphorePermit {
    pub(crate) fn forget(self) {}
}

/// The future of [`Semaphore::acquire`].
pub(crate) struct Acquire<'s> {
    semaphore: &'s Semaphore,
    /// Its place in line.
    number: Option<u64>,
}

impl Future for Acquire<'_> {
    type Output = Result<SemaphorePermit, Closed>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.semaphore.lock();
        if state.closed {
            return Poll::Ready(Err(Closed));
        }
        let first = state.waiting.front().is_none_or(|(number, _)| Some(*number) == self.number);
        if state.permits > 0 && first {
            state.permits -= 1;
            if self.number.is_some() {
                state.waiting.pop_front();
            }
            drop(state);
            self.number = None;
            return Poll::Ready(Ok(SemaphorePermit));
        }
        let number = self.number.unwrap_or_else(|| {
            state.joined += 1;
            state.joined
        });
        state.waiting.retain(|(there, _)| *there != number);
        let place = state.waiting.partition_point(|(there, _)| *there < number);
        state.waiting.insert(place, (number, cx.waker().clone()));
        drop(state);
        self.number = Some(number);
        Poll::Pending
    }
}

impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        let mut state = self.semaphore.lock();
        state.waiting.retain(|(there, _)| *there != number);
        let next = state.next();
        drop(state);
        next.into_iter().for_each(Waker::wake);
    }
}
