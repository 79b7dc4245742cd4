#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
//! Circuit breaker, retry, rate limit, bulkhead, timeout, hedging, cache and fallback for any API client, async or
//! blocking, wired in by one attribute on its trait, its `impl` block or a function.
//!
#![cfg_attr(feature = "macros", doc = "```")]
#![cfg_attr(not(feature = "macros"), doc = "```ignore")]
//! use resilient_runtime::{Classify, Rejection, resilient};
//!
//! #[resilient(
//!     service = "prices",
//!     breaker(threshold = 3, recovery = "60s"),
//!     retry(max = 3, base = "100ms"),
//!     cache = "5m",
//!     fallback(value = 0),
//! )]
//! trait Prices {
//!     async fn price(&self, item: &str) -> Result<u32, PriceError>;
//! }
//!
//! struct HttpPrices;
//!
//! impl Prices for HttpPrices {
//!     async fn price(&self, item: &str) -> Result<u32, PriceError> {
//!         if item.is_empty() { Err(PriceError::NotFound) } else { Ok(180) }
//!     }
//! }
//!
//! #[derive(Debug, PartialEq, Classify)]
//! enum PriceError {
//!     #[class(client)]
//!     NotFound,
//!     #[class(delegate)]
//!     Rejected(Rejection),
//! }
//!
//! impl From<Rejection> for PriceError {
//!     fn from(rejection: Rejection) -> Self {
//!         Self::Rejected(rejection)
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
//! let prices = ResilientPrices::new(HttpPrices); // implements `Prices`
//! assert_eq!(prices.price("Divine Orb").await, Ok(180));
//! assert_eq!(prices.price("").await, Ok(0));
//! # }
//! ```
//!
//! How each policy works, and when not to use it: the [guide]. The attribute and all its keys: [`macro@resilient`]. The
//! same by hand: [`Policy`]. Services, configuration at run time and the cache directory: [`Registry`]. What errors mean:
//! [`Classify`](trait@Classify), [derived](macro@Classify) or by hand, and [its page](guide::classification). Where an
//! answer came from: [`traced`].
//!
//! # Order
//!
//! From the outside in, always: fallback, cache, single flight, `timeout(call)`, bulkhead, and then for each attempt:
//! breaker, rate limit, `timeout(attempt)`, hedge, the method. [What each makes of the others](guide::order).
//!
//! # Runtime
//!
//! Policies that wait (retry, rate, bulkhead, timeout, hedge, a cache on disk) need a tokio runtime with its time enabled.
//! Calls that [block](guide::blocking) need none.
//! Nothing runs in the background but one thread per cache directory.
//!
//! # Events
//!
//! What the policies do is told as [`tracing`] events with the target `resilient` and a field `event`: `attempt`,
//! `attempt_failed`, `retry`, `gave_up`, `hedge`, `bulkhead_wait`, `rate_wait`, `rejected`, `served`, `breaker`,
//! `listener_panicked` and `cache`. [Their fields](guide::order#events).

mod ambient;
mod attempt;
mod backoff;
mod blocking;
mod breaker;
mod buckets;
mod budget;
mod builder;
mod bulkhead;
mod cache;
mod call;
mod classify;
mod clock;
mod config_error;
mod counters;
mod deadline;
mod declaration;
mod declared;
mod digest;
#[cfg(feature = "disk")]
mod disk;
#[cfg(not(feature = "disk"))]
#[path = "disk_off.rs"]
mod disk;
mod disk_status;
mod events;
mod failure;
mod guards;
// Its examples use the attribute and the disk.
#[cfg(any(not(doctest), all(feature = "macros", feature = "disk")))]
pub mod guide;
mod histogram;
mod latency;
mod name;
#[cfg(feature = "disk")]
mod opaque;
mod outcome;
mod pipeline;
mod policy;
mod provenance;
mod rate;
mod registry;
mod rejection;
mod rng;
mod seconds;
mod service;
mod sleep;
mod stripes;
#[allow(dead_code, unused_imports)]
mod sync;
mod tagged;
mod thread_index;
mod warm;

pub use attempt::{Attempt, Attempted, Run};
pub use breaker::{
    BreakerSnapshot, BreakerTransition, CircuitBreaker, State, StateTimes, Subscription,
    WindowSnapshot,
};
pub use budget::BudgetSnapshot;
pub use builder::{BuildContext, DecoratorBuilder, TakesBackup};
pub use bulkhead::{BulkheadRejections, BulkheadSnapshot};
pub use cache::{Key, KeyPart};
pub use call::{Call, Lookup, Next, Race, Refresh, Stale, owned};
pub use classify::{
    Classify, ErrorKind, HttpStatus, RetryAfter, delegate, retry_after, status_kind,
};
pub use config_error::ConfigError;
pub use counters::{
    CacheSnapshot, EvictionCounts, HedgeSnapshot, MethodSnapshot, RejectionCounts, RetrySnapshot,
};
pub use deadline::deadline;
pub use declaration::Declaration;
pub use declared::{Declared, DeclaredPipeline, unreached};
#[cfg(all(resilient_fuzz, feature = "disk"))]
#[doc(hidden)]
pub use disk::fuzz;
pub use disk_status::{DiskSnapshot, DiskStatus};
pub use failure::Failure;
pub use guards::KeyedBreakerSnapshot;
pub use histogram::HistogramSnapshot;
pub use name::Name;
pub use outcome::{
    Again, Arguments, BreakerKey, CacheError, CacheValue, Cacheable, DiskValue, FailureOf,
    Fallible, FromRejection, Outcome, Retrying, Rules, ValueOf, again, cacheable, cacheable_result,
    fallible, storable, storable_result,
};
pub use pipeline::Pipeline;
pub use policy::{Policy, PolicyBuilder, PolicyCall};
pub use provenance::{Provenance, Traced, traced, traced_blocking};
pub use rate::{
    ByPriority, KeyedRateSnapshot, Priority, RateCounts, RateLimiter, RateSnapshot, Reservation,
    priority, with_priority, with_priority_blocking,
};
pub use registry::{Registry, RegistryBuilder, RegistrySnapshot};
pub use rejection::{BulkheadFullReason, Rejection, TimeoutScope};
#[cfg(feature = "macros")]
#[doc = include_str!("../docs/class.md")]
pub use resilient_macros::Classify;
#[cfg(feature = "macros")]
#[doc = include_str!("../docs/attribute.md")]
pub use resilient_macros::resilient;
pub use resilient_policy::{
    AdaptiveConfig, AdaptiveSettings, AttemptTime, Backoff, BreakerConfig, BreakerSettings, Budget,
    BulkheadConfig, BulkheadSettings, CacheConfig, CacheSettings, CustomBackoff, ExplainedMethod,
    ExplainedParameter, Explanation, HedgeAfter, HedgeConfig, HedgeSettings, Jitter,
    LimitAlgorithm, Origin, Parameter, Per, PolicyConfig, PolicySettings, Preset, Problem,
    RateAdaptation, RateAlgorithm, RateConfig, RateSettings, RetryConfig, RetrySettings, Scope,
    Setting, Threshold, Tier, TimeoutConfig, TimeoutSettings, Window,
};
/// For the types of cached values and arguments, where a crate has no serde of its own:
/// `#[derive(resilient_runtime::serde::Serialize)] #[serde(crate = "resilient_runtime::serde")]`.
pub use serde;
pub use service::{Method, Service, ServiceSnapshot};
pub use warm::{Preload, Warm, preload, warm, warm_blocking};

#[cfg(all(doctest, feature = "macros", feature = "disk"))]
#[doc = include_str!("../../README.md")]
struct Readme;
