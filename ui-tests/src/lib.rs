//! What the examples of the expansion and the misuse cases have in common.

pub mod shapes;
