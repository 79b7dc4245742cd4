//! What the three services talk about.

mod answer;
mod build;
mod class;
mod game;
mod market;

pub(crate) use self::{
    answer::Answer,
    build::{Difficulty, PopularBuild, Tier},
    class::Class,
    game::{Element, Item, Rarity, Skill, SkillKind, Slot},
    market::{Listing, Market, Quote, Trend, Trends},
};

/// Writes unit variants as the plain words that a user reads and JSON carries.
macro_rules! words {
    ($name:ident { $( $variant:ident => $word:literal ),+ $(,)? }) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(match self { $( Self::$variant => $word, )+ })
            }
        }
    };
}
use words;
