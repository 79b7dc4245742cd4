//! What was annotated, as a model that keeps the user's own tokens.

mod contract;
mod method;
mod unfinished;

pub(crate) use self::{
    contract::{Contract, is_named},
    method::{Argument, Flavor, Method, Passing, Receiver},
};
