use serde::{Deserialize, Serialize};

use super::{Class, words};

/// A build that players of the ladder play, from `poe.ninja`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PopularBuild {
    /// What players call it.
    pub(crate) name: String,
    /// The class.
    pub(crate) class: Class,
    /// The ascendancy.
    pub(crate) ascendancy: String,
    /// The skill that it is built around.
    pub(crate) main_skill: String,
    /// The median damage per second of those who play it.
    pub(crate) estimated_dps: f64,
    /// How hard it is to play.
    pub(crate) difficulty: Difficulty,
    /// What its players spend.
    pub(crate) budget_tier: Tier,
    /// Its share of the class in percent; templates have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) share: Option<f64>,
    /// The items that it does not work without.
    #[serde(default)]
    pub(crate) key_items: Vec<String>,
}

/// How hard a build is to play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Difficulty {
    Low,
    Medium,
    High,
}

words!(Difficulty { Low => "low", Medium => "medium", High => "high" });

/// What a build's players spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tier {
    Low,
    Medium,
    High,
}
