//! Helpers that the tests of this package share.

pub mod double;
mod scene;

use std::{
    pin::Pin,
    task::{Context, Poll, Waker},
};

/// The answer that belongs to a number: long enough to spread over pages, and different for each.
#[must_use]
pub fn entry(number: u32) -> String {
    format!("{number}:").repeat(100)
}

/// Polls a future once, with a waker that wakes nobody.
pub fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
