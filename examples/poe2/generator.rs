use resilient_runtime::traced;

use crate::{
    api::{ApiError, NinjaApi, Poe2DbApi, ScoutApi},
    facts::{Facts, Sourced},
    gear::Shop,
    model::{Class, PopularBuild, Skill},
    rank::{Draft, Ranking},
    service::Service,
};

/// The league whose market counts.
const LEAGUE: &str = "Standard";

/// What the user asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish {
    /// The class to play.
    pub(crate) class: Class,
    /// The divine orbs to spend.
    pub(crate) budget: f64,
}

/// Makes builds from what the three services say. It neither knows nor cares which of them is up.
pub(crate) struct Generator<S, P, N> {
    /// Market data and trends.
    pub(crate) scout: S,
    /// Skills and items.
    pub(crate) poe2db: P,
    /// Popular builds.
    pub(crate) ninja: N,
}

impl<S: ScoutApi, P: Poe2DbApi, N: NinjaApi> Generator<S, P, N> {
    /// Asks all services at once.
    pub(crate) async fn gather(&self, class: Class) -> Result<Facts, ApiError> {
        let (market, trends, skills, items, builds) = tokio::join!(
            traced(self.scout.market_data(LEAGUE)),
            traced(self.scout.build_trends()),
            traced(self.poe2db.skill_data()),
            traced(self.poe2db.item_data()),
            traced(self.ninja.popular_builds(class)),
        );
        Ok(Facts {
            market: Sourced::new(Service::Scout, market.0?, market.1),
            trends: Sourced::new(Service::Scout, trends.0?, trends.1),
            skills: Sourced::new(Service::Poe2Db, skills.0?, skills.1),
            items: Sourced::new(Service::Poe2Db, items.0?, items.1),
            builds: Sourced::new(Service::Ninja, builds.0?, builds.1),
        })
    }
}

/// The builds that the facts allow, best first. A build whose key items alone cost more than the budget is left out
/// and named; every other outfit is cut to fit the budget.
pub(crate) fn generate(facts: &Facts, wish: Wish) -> Ranking {
    let exalted_per_divine = facts.exalted_per_divine();
    let shop = Shop { items: &facts.items.data, market: &facts.market.data };
    let mut ranking = Ranking::default();
    let mut drafts = Vec::new();
    for idea in ideas(facts, wish.class) {
        let key_items = idea.ladder.map_or(&[][..], |build| &build.key_items);
        match shop.outfit(idea.skill, key_items, wish.budget * exalted_per_divine) {
            Ok(outfit) => drafts.extend(Draft::new(idea, wish, outfit, exalted_per_divine)),
            Err(exalted) => ranking.leave_out(idea.name(), exalted / exalted_per_divine),
        }
    }
    ranking.rank(drafts, &facts.trends.data);
    ranking
}

/// Something to build: what the ladder plays, or a skill that nobody there plays yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Idea<'a> {
    /// The class.
    pub(crate) class: Class,
    /// The main skill, where `PoE2DB` knows it.
    pub(crate) skill: Option<&'a Skill>,
    /// How the ladder plays it.
    pub(crate) ladder: Option<&'a PopularBuild>,
}

impl Idea<'_> {
    /// What to call it.
    pub(crate) fn name(&self) -> String {
        match (self.ladder, self.skill) {
            (Some(build), _) => build.name.clone(),
            (None, Some(skill)) => format!("{} {}", skill.name, self.class.first_ascendancy()),
            (None, None) => self.class.to_string(),
        }
    }
}

fn ideas(facts: &Facts, class: Class) -> Vec<Idea<'_>> {
    let skills = &facts.skills.data;
    let ladder: Vec<_> = facts.builds.data.iter().filter(|build| build.class == class).collect();
    let skill = |name: &str| skills.iter().find(|skill| skill.name == name);
    let played = |skill: &Skill| ladder.iter().any(|build| build.main_skill == skill.name);

    let popular = ladder.iter().map(|&build| Idea {
        class,
        skill: skill(&build.main_skill),
        ladder: Some(build),
    });
    let untried = skills
        .iter()
        .filter(|skill| class.kinds().contains(&skill.kind) && !played(skill))
        .map(|skill| Idea { class, skill: Some(skill), ladder: None });
    popular.chain(untried).collect()
}
