use serde::Deserialize;

use crate::model::{Item, PopularBuild, Skill};

/// What the services know, as it was written into the program.
#[derive(Debug)]
pub(super) struct Data {
    /// What `PoE2DB` lists.
    pub(super) skills: Vec<Skill>,
    /// What `PoE2DB` lists and the market trades.
    pub(super) goods: Vec<Goods>,
    /// What the ladder of `poe.ninja` plays.
    pub(super) builds: Vec<PopularBuild>,
}

/// An item and its price on the first day.
#[derive(Debug, Deserialize)]
pub(super) struct Goods {
    /// The item.
    #[serde(flatten)]
    pub(super) item: Item,
    /// Its price in exalted orbs.
    pub(super) exalted: f64,
}

impl Data {
    /// Reads the tables.
    pub(super) fn load() -> serde_json::Result<Self> {
        Ok(Self {
            skills: serde_json::from_str(include_str!("../data/skills.json"))?,
            goods: serde_json::from_str(include_str!("../data/items.json"))?,
            builds: serde_json::from_str(include_str!("../data/builds.json"))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_large_enough_and_agree_with_each_other() {
        let data = Data::load().expect("the tables are valid");
        assert!(data.skills.len() >= 60 && data.goods.len() >= 80 && data.builds.len() >= 30);
        for build in &data.builds {
            let skill = data.skills.iter().find(|skill| skill.name == build.main_skill);
            let skill = skill.unwrap_or_else(|| panic!("{} is no skill", build.main_skill));
            assert!(
                build.class.kinds().contains(&skill.kind),
                "{} does not suit a {}",
                skill.name,
                build.class
            );
            for name in &build.key_items {
                let goods = data.goods.iter().find(|goods| goods.item.name == *name);
                let item = &goods.unwrap_or_else(|| panic!("{name} is no item")).item;
                assert!(item.fits(skill), "{name} does not fit {}", skill.name);
            }
        }
    }
}
