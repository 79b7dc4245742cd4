//! The three services as traits, with their policies, their HTTP clients and their stand-ins.

mod error;
mod http;
mod ninja;
mod poe2db;
mod scout;

pub(crate) use self::{
    error::ApiError,
    ninja::{HttpNinja, NinjaApi, ResilientNinjaApi},
    poe2db::{HttpPoe2Db, Poe2DbApi, ResilientPoe2DbApi},
    scout::{HttpScout, ResilientScoutApi, ScoutApi},
};
