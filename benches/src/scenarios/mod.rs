//! What is measured: a file for each thing that a user would otherwise put together.

pub mod breaker;
pub mod bulkhead;
pub mod disk;
pub mod keys;
pub mod memory;
pub mod rate;
pub mod retry;
pub mod services;
pub mod sizes;
pub mod threads;
pub mod timeout;
pub mod together;

use crate::harness::Scenario;

/// A scenario that is not built yet: its name, whether its instructions are counted too, and how it is built.
pub type Entry = (&'static str, bool, fn() -> Scenario);

/// All of them, in the order of the tables.
pub fn all() -> Vec<Entry> {
    [
        breaker::ALL,
        retry::ALL,
        rate::ALL,
        timeout::ALL,
        bulkhead::ALL,
        together::ALL,
        memory::ALL,
        threads::ALL,
        services::ALL,
        keys::ALL,
        disk::ALL,
    ]
    .concat()
}

/// A trait whose methods are the operation's kinds, with an attribute before it.
macro_rules! api {
    ($(#[$attribute:meta])* $visibility:vis $name:ident) => {
        $(#[$attribute])*
        #[allow(dead_code, reason = "a scenario calls the kinds it needs")]
        $visibility trait $name {
            async fn ready(&self) -> $crate::work::Answer;
            async fn suspends(&self) -> $crate::work::Answer;
            async fn in_turn(&self, number: u64) -> $crate::work::Answer;
        }

        impl $name for $crate::work::Client {
            async fn ready(&self) -> $crate::work::Answer {
                $crate::work::ready().await
            }
            async fn suspends(&self) -> $crate::work::Answer {
                $crate::work::suspends().await
            }
            async fn in_turn(&self, number: u64) -> $crate::work::Answer {
                $crate::work::in_turn(number).await
            }
        }
    };
}
pub(crate) use api;

/// The peers of a scenario, where they are compiled.
macro_rules! peers {
    ($($path:tt)+) => {{
        #[cfg(feature = "peers")]
        let peers = $crate::peers::$($path)+();
        #[cfg(not(feature = "peers"))]
        let peers = Vec::new();
        peers
    }};
}
pub(crate) use peers;
