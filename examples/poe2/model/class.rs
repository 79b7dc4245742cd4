use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::{SkillKind, words};

/// A character class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
pub(crate) enum Class {
    /// Maces and slams.
    Warrior,
    /// Bows.
    Ranger,
    /// Chaos, bones and minions.
    Witch,
    /// Fire, cold and lightning.
    Sorceress,
    /// Quarterstaves and bare hands.
    Monk,
    /// Crossbows and grenades.
    Mercenary,
    /// Spears.
    Huntress,
    /// Shapes of wolf, bear and wyvern.
    Druid,
}

words!(Class {
    Warrior => "Warrior",
    Ranger => "Ranger",
    Witch => "Witch",
    Sorceress => "Sorceress",
    Monk => "Monk",
    Mercenary => "Mercenary",
    Huntress => "Huntress",
    Druid => "Druid",
});

impl Class {
    /// The kinds of skill that the class is made for.
    pub(crate) fn kinds(self) -> &'static [SkillKind] {
        match self {
            Self::Warrior => &[SkillKind::Mace],
            Self::Ranger => &[SkillKind::Bow],
            Self::Witch => &[SkillKind::Spell, SkillKind::Minion],
            Self::Sorceress => &[SkillKind::Spell],
            Self::Monk => &[SkillKind::Quarterstaff],
            Self::Mercenary => &[SkillKind::Crossbow],
            Self::Huntress => &[SkillKind::Spear],
            Self::Druid => &[SkillKind::Shapeshift],
        }
    }

    /// The ascendancy to start with where the ladder knows no better.
    pub(crate) fn first_ascendancy(self) -> &'static str {
        match self {
            Self::Warrior => "Titan",
            Self::Ranger => "Deadeye",
            Self::Witch => "Infernalist",
            Self::Sorceress => "Stormweaver",
            Self::Monk => "Invoker",
            Self::Mercenary => "Witchhunter",
            Self::Huntress => "Amazon",
            Self::Druid => "Shaman",
        }
    }
}
