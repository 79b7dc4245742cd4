//! What the reference does not tell: how the parts are meant to be used.

#[doc = include_str!("../docs/guide/classification.md")]
pub mod classification {}
