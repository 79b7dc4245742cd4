//! A crate that denies nearly everything.
#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused_qualifications,
    unused_lifetimes,
    unused_results,
    unused_extern_crates,
    unused_import_braces,
    single_use_lifetimes,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    let_underscore_drop,
    trivial_casts,
    trivial_numeric_casts,
    variant_size_differences,
    redundant_lifetimes,
    unit_bindings,
    unnameable_types,
    ambiguous_negative_literals,
    non_ascii_idents,
    absolute_paths_not_starting_with_crate,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    future_incompatible,
    nonstandard_style,
    let_underscore,
    unused,
    clippy::all,
    clippy::pedantic
)]

/// Here, so that the decorator is reachable from outside.
pub mod api {
    use resilient_runtime::{Classify, Failure, resilient};
    use ui_tests::shapes::{Market, ScoutError};

    /// An API.
    #[resilient(
        breaker(threshold = 3), retry(max = 3, when = ScoutError::is_transient), rate = 0.5,
        cache(memory = "5m", disk = "30m"), timeout(attempt = "2s", call = "20s"), fallback = offline,
    )]
    pub trait ScoutApi {
        /// What the page holds.
        type Page: Clone + Send + Sync;

        /// What things cost.
        async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;

        /// The default body's own.
        #[resilient(cache = off)]
        async fn later(&self, query: String, page: Self::Page) -> Result<Market, ScoutError> {
            drop(page);
            self.market_data(&query).await
        }

        /// Passed through.
        #[resilient(skip)]
        fn version(&self) -> u8;
    }

    /// An error.
    #[derive(Debug, Classify)]
    #[non_exhaustive]
    pub enum OldError {
        /// Gone.
        #[class(client)]
        #[deprecated]
        Gone,
        /// Gone too.
        #[class(server)]
        #[allow(clippy::unreadable_literal)]
        Late,
        /// A status.
        #[class(status = code)]
        Status {
            /// The code.
            code: u16,
            /// Where.
            #[deprecated]
            page: u32,
        },
        /// Another.
        #[class(delegate)]
        Io(std::io::Error),
    }

    /// An error of old.
    #[derive(Debug, Classify)]
    #[deprecated]
    pub struct Old;

    async fn offline(failure: Failure<ScoutError>) -> Result<Market, ScoutError> {
        Err(failure.error)
    }
}

fn main() {}
