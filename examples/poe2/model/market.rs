use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::words;

/// What a league's market trades at, from `PoE2 Scout`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Market {
    /// What each currency is worth.
    pub(crate) currency: BTreeMap<String, Quote>,
    /// What items go for.
    pub(crate) popular_items: Vec<Listing>,
}

impl Market {
    /// How many exalted orbs a divine orb buys.
    pub(crate) fn exalted_per_divine(&self) -> Option<f64> {
        let chaos = |name: &str| {
            self.currency.get(name).map(|quote| quote.chaos_value).filter(|&value| value > 0.0)
        };
        Some(chaos("divine")? / chaos("exalted")?)
    }

    /// What an item goes for, in exalted orbs.
    pub(crate) fn price(&self, item: &str) -> Option<f64> {
        self.popular_items
            .iter()
            .find(|listing| listing.name == item)
            .map(|listing| listing.avg_price)
    }
}

/// What one currency is worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Quote {
    /// Its worth in chaos orbs.
    pub(crate) chaos_value: f64,
    /// Where it is going.
    pub(crate) trend: Trend,
}

/// What one item goes for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Listing {
    /// The item.
    pub(crate) name: String,
    /// What it is, in the market's own words.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Its average price in exalted orbs.
    pub(crate) avg_price: f64,
}

/// What players turn to, from `PoE2 Scout`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Trends {
    /// The classes that most play.
    pub(crate) popular_classes: Vec<String>,
    /// The skills that more and more play.
    pub(crate) trending_skills: Vec<String>,
    /// Where groups of builds are going.
    pub(crate) meta_shifts: BTreeMap<String, Trend>,
}

/// Where something is going.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Trend {
    /// Up.
    Rising,
    /// Nowhere.
    Stable,
    /// Down.
    Declining,
}

words!(Trend { Rising => "rising", Stable => "stable", Declining => "declining" });
