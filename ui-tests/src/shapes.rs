//! A value and an error as an API client has them.

use resilient_runtime::{
    Classify, Rejection,
    serde::{Deserialize, Serialize},
};

/// A value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(crate = "resilient_runtime::serde")]
pub struct Market {
    /// The league.
    pub league: String,
}

impl Market {
    /// The market of a league.
    #[must_use]
    pub fn named(league: &str) -> Self {
        Self { league: league.to_owned() }
    }
}

/// An error.
#[derive(Debug)]
pub struct ScoutError;

impl ScoutError {
    /// Whether another attempt may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        true
    }
}

impl std::fmt::Display for ScoutError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("scout failed")
    }
}

impl From<Rejection> for ScoutError {
    fn from(_: Rejection) -> Self {
        Self
    }
}

impl Classify for ScoutError {}
