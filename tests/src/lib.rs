//! Helpers that the tests of this package share.

pub mod double;
mod scene;

/// The answer that belongs to a number: long enough to spread over pages, and different for each.
#[must_use]
pub fn entry(number: u32) -> String {
    format!("{number}:").repeat(100)
}
