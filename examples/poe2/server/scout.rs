use std::collections::BTreeMap;

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::get,
};
use clap::ValueEnum;

use super::{Goods, World, prices::Walk};
use crate::model::{Answer, Class, Listing, Market, Quote, SkillKind, Trend, Trends};

/// What currencies are worth on the first day, in chaos orbs.
const CURRENCIES: [(&str, f64); 6] = [
    ("divine", 180.0),
    ("exalted", 45.0),
    ("annulment", 62.0),
    ("vaal", 7.5),
    ("regal", 2.4),
    ("alchemy", 1.1),
];
/// How many skills count as trending.
const TRENDING: usize = 5;

/// The routes of `PoE2 Scout`.
pub(super) fn routes(world: World) -> Router {
    Router::new()
        .route("/leagues/{league}/market", get(market))
        .route("/trends", get(trends))
        .with_state(world)
}

async fn market(State(world): State<World>, Path(league): Path<String>) -> Json<Answer<Market>> {
    // Each league has a market of its own.
    let price = |name: &str, start| world.walk(&format!("{league}/{name}"), start);
    let quote = |&(name, start): &(&str, f64)| {
        let (chaos_value, trend) = price(name, start);
        (name.to_owned(), Quote { chaos_value, trend })
    };
    let listing = |Goods { item, exalted }: &Goods| {
        let (avg_price, _) = price(&item.name, *exalted);
        Listing { name: item.name.clone(), kind: item.slot.to_string(), avg_price }
    };
    Json(Answer::ok(Market {
        currency: CURRENCIES.iter().map(quote).collect(),
        popular_items: world.data.goods.iter().map(listing).collect(),
    }))
}

async fn trends(State(world): State<World>) -> Json<Answer<Trends>> {
    let skills = world.data.skills.iter().map(|skill| skill.name.as_str());
    let classes: Vec<_> = Class::value_variants().iter().map(Class::to_string).collect();
    let kinds = [SkillKind::Bow, SkillKind::Spell, SkillKind::Mace];
    Json(Answer::ok(Trends {
        popular_classes: world.risen(classes.iter().map(String::as_str), 3),
        trending_skills: world.risen(skills, TRENDING),
        meta_shifts: kinds
            .iter()
            .map(|kind| world.shift(kind.archetype()))
            .collect::<BTreeMap<_, _>>(),
    }))
}

impl World {
    fn walk(&self, name: &str, start: f64) -> (f64, Trend) {
        Walk { seed: self.seed, name, start }.on(self.clock.today())
    }

    fn shift(&self, archetype: &str) -> (String, Trend) {
        (archetype.to_owned(), self.walk(archetype, 100.0).1)
    }

    /// The names whose popularity has risen most since the first day.
    fn risen<'a>(&self, names: impl Iterator<Item = &'a str>, count: usize) -> Vec<String> {
        // Popularity started a week before the league's first day, so that the first day has trends too.
        let popularity =
            |name: &str| Walk { seed: self.seed, name, start: 100.0 }.on(self.clock.today() + 7).0;
        let mut names: Vec<_> = names.map(|name| (popularity(name), name)).collect();
        names.sort_by(|(a, first), (b, second)| b.total_cmp(a).then_with(|| first.cmp(second)));
        names.into_iter().take(count).map(|(_, name)| name.to_owned()).collect()
    }
}
