use serde::{Deserialize, Serialize};

use super::words;

/// A skill gem, as `PoE2DB` lists it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Skill {
    /// Its name.
    pub(crate) name: String,
    /// The weapon or school that it belongs to.
    #[serde(rename = "type")]
    pub(crate) kind: SkillKind,
    /// The damage that it mostly deals.
    pub(crate) damage_type: Element,
    /// Damage of one use at level 20, without gear; offline data has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) hit: Option<f64>,
    /// Uses in a second; offline data has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) uses_per_second: Option<f64>,
}

impl Skill {
    /// Damage per second without gear, where the numbers are known.
    pub(crate) fn bare_dps(&self) -> Option<f64> {
        Some(self.hit? * self.uses_per_second?)
    }
}

/// An item, as `PoE2DB` lists it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Item {
    /// Its name.
    pub(crate) name: String,
    /// Where it is worn.
    #[serde(rename = "type")]
    pub(crate) slot: Slot,
    /// How rare it is.
    pub(crate) tier: Rarity,
    /// Increased damage in percent; offline data has none.
    #[serde(default)]
    pub(crate) increase: f64,
    /// The only damage that it increases (any, where none is named).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) damage_type: Option<Element>,
    /// The only kind of skill that can use it (any, where none is named).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) wield: Option<SkillKind>,
}

impl Item {
    /// Whether a character who plays `skill` can wear it.
    pub(crate) fn fits(&self, skill: &Skill) -> bool {
        self.wield.is_none_or(|kind| kind == skill.kind)
    }

    /// How much it increases the damage of `skill`, in percent.
    pub(crate) fn increase_for(&self, skill: &Skill) -> f64 {
        if self.damage_type.is_none_or(|element| element == skill.damage_type) {
            self.increase
        } else {
            0.0
        }
    }
}

/// The weapon or school of a skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum SkillKind {
    Bow,
    Crossbow,
    Mace,
    Quarterstaff,
    Spear,
    Spell,
    Minion,
    Shapeshift,
}

words!(SkillKind {
    Bow => "bow",
    Crossbow => "crossbow",
    Mace => "mace",
    Quarterstaff => "quarterstaff",
    Spear => "spear",
    Spell => "spell",
    Minion => "minion",
    Shapeshift => "shapeshift",
});

impl SkillKind {
    /// The group of builds that the market watches.
    pub(crate) fn archetype(self) -> &'static str {
        match self {
            Self::Bow | Self::Crossbow => "bow_builds",
            Self::Spell | Self::Minion => "spell_builds",
            Self::Mace | Self::Quarterstaff | Self::Spear | Self::Shapeshift => "melee_builds",
        }
    }
}

/// A type of damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Element {
    Physical,
    Fire,
    Cold,
    Lightning,
    Chaos,
}

words!(Element {
    Physical => "physical",
    Fire => "fire",
    Cold => "cold",
    Lightning => "lightning",
    Chaos => "chaos",
});

/// Where an item is worn; one item a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Slot {
    Weapon,
    #[serde(rename = "Off Hand")]
    OffHand,
    Helmet,
    #[serde(rename = "Body Armour")]
    BodyArmour,
    Gloves,
    Boots,
    Amulet,
    Ring,
    Belt,
    #[serde(alias = "Unique Jewel")]
    Jewel,
}

words!(Slot {
    Weapon => "Weapon",
    OffHand => "Off Hand",
    Helmet => "Helmet",
    BodyArmour => "Body Armour",
    Gloves => "Gloves",
    Boots => "Boots",
    Amulet => "Amulet",
    Ring => "Ring",
    Belt => "Belt",
    Jewel => "Jewel",
});

/// How rare an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Rarity {
    Rare,
    Unique,
}
