//! What the attribute says in terms of the user's own types: patterns, paths and expressions, which only the expansion
//! can use.

use syn::{Expr, ExprPath};

use super::{choice::Priority, entry::Pattern};

macro_rules! rules {
    ($( $(#[$doc:meta])* $name:ident: $ty:ty, )+) => {
        /// The parts of the policies that are no plain data.
        #[derive(Default, Clone)]
        pub(crate) struct Rules { $( $(#[$doc])* pub(crate) $name: Option<$ty>, )+ }

        impl Rules {
            /// These rules, with those of `over` in their place.
            pub(crate) fn overlaid(&self, over: &Self) -> Self {
                Self { $( $name: over.$name.clone().or_else(|| self.$name.clone()), )+ }
            }
        }
    };
}

rules! {
    /// Errors that the breaker counts.
    breaker_on: Pattern,
    /// Errors that the breaker does not look at.
    breaker_ignore: Pattern,
    /// Says of an error whether the breaker counts it.
    breaker_when: ExprPath,
    /// Says of a value whether the breaker counts it as a failure.
    failure_if: ExprPath,
    /// Which of the keyed breakers a call asks.
    breaker_key: Expr,
    /// Which of the keyed rate limiters a call asks.
    rate_key: Expr,
    /// Who goes first where calls wait for the rate limiter.
    rate_priority: Priority,
    /// Errors that are retried.
    retry_on: Pattern,
    /// Errors that are not retried.
    retry_except: Pattern,
    /// Says of an error whether it is retried.
    retry_when: ExprPath,
    /// Says of a value whether it is asked for again.
    retry_if: ExprPath,
    /// Is told of each retry.
    hook: ExprPath,
    /// Says the delays, where `backoff` is a function.
    backoff: ExprPath,
    /// The tier, where it is one of the user's.
    tier: ExprPath,
    /// Whether a task of its own loads anew what a caller was served.
    background: bool,
    /// Whether all values of a type share the cache of a method.
    shared: bool,
    /// Says of a value whether it is kept.
    cache_if: ExprPath,
    /// Says what a value weighs.
    weight: ExprPath,
    /// What the answers are kept under.
    cache_key: Expr,
}
