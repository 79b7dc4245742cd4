#![forbid(unsafe_code)]
//! The plain data of `resilient`: the parameters of every policy, how two layers of them merge, what they default to,
//! and the one validator that the attribute (at compile time) and the runtime (for policies built by hand) share.
//!
//! An implementation detail of `resilient-runtime`, which re-exports everything a user needs. It has no dependencies
//! and reads no clock, so that the macro can use it too.

mod backoff;
mod breaker;
mod budget;
mod bulkhead;
mod cache;
pub mod duration;
mod explain;
mod hedge;
mod layer;
mod layers;
mod parameter;
mod policy;
mod preset;
mod problem;
mod rate;
mod retry;
mod setting;
mod tier;
mod timeout;

pub use backoff::{Backoff, CustomBackoff};
pub use breaker::{BreakerConfig, BreakerSettings, Per, Scope, Threshold, Window};
pub use budget::Budget;
pub use bulkhead::{BulkheadConfig, BulkheadSettings, LimitAlgorithm};
pub use cache::{CacheConfig, CacheSettings};
pub use explain::{ExplainedMethod, ExplainedParameter, Explanation, Origin};
pub use hedge::{HedgeAfter, HedgeConfig, HedgeSettings};
pub use layers::Layers;
pub use policy::{PolicyConfig, PolicySettings};
pub use preset::Preset;
pub use problem::{Parameter, Problem};
pub use rate::{RateAdaptation, RateAlgorithm, RateConfig, RateSettings};
pub use retry::{Jitter, RetryConfig, RetrySettings};
pub use setting::Setting;
pub use tier::Tier;
pub use timeout::{AdaptiveConfig, AdaptiveSettings, AttemptTime, TimeoutConfig, TimeoutSettings};
