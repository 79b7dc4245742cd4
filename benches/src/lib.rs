//! What a call through `resilient` costs, beside what a user would put together instead: in one binary, one run.
//!
//! `scripts/bench` prints the tables, and `docs/benchmarks.md` holds one run's. Nothing here is a test of times: those
//! depend on the machine. Instructions and allocations do not, and `scripts/bench --check` holds ours to `limits.txt`.

#[cfg(feature = "peers")]
pub mod charts;
pub mod costs;
pub mod counting;
pub mod floor;
pub mod harness;
pub mod limits;
pub mod page;
#[cfg(feature = "peers")]
pub mod peers;
pub mod scenarios;
pub mod work;
