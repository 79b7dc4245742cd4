use serde::Serialize;

use crate::{
    gear::{Outfit, Piece},
    generator::{Idea, Wish},
    model::{Class, Difficulty, Element, Skill, SkillKind, Trend, Trends},
};

/// What a score is made of; together 1.
const POWER: f64 = 0.5;
const POPULARITY: f64 = 0.2;
const TREND: f64 = 0.2;
const THRIFT: f64 = 0.1;

/// What is taken for granted of a build that nobody on the ladder has tried: a fifth less than the numbers say.
const UNTRIED: f64 = 0.8;

/// A build before it is compared with the others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Draft {
    /// What to call it.
    pub(crate) name: String,
    /// The class.
    pub(crate) class: Class,
    /// The ascendancy.
    pub(crate) ascendancy: String,
    /// The main skill.
    pub(crate) main_skill: String,
    /// The weapon or school of the main skill, where that is known.
    pub(crate) kind: Option<SkillKind>,
    /// The damage of the main skill, where that is known.
    pub(crate) damage_type: Option<Element>,
    /// How hard it is to play, where the ladder knows.
    pub(crate) difficulty: Option<Difficulty>,
    /// Estimated damage per second: what skill and gear come to, and what its players reach, in the middle.
    pub(crate) dps: f64,
    /// What its players reach.
    pub(crate) ladder_dps: Option<f64>,
    /// What it wears.
    pub(crate) gear: Vec<Piece>,
    /// How much the gear increases its damage, in percent.
    pub(crate) increase: f64,
    /// What the gear costs, in divine orbs.
    pub(crate) cost: f64,
    /// What is left of the budget, from 0 to 1.
    pub(crate) thrift: f64,
    /// Its share of the class in percent, where the ladder knows it.
    pub(crate) share: Option<f64>,
}

impl Draft {
    /// Works an idea out; `None` where nothing at all is known of its damage.
    pub(crate) fn new(
        idea: Idea<'_>,
        wish: Wish,
        outfit: Outfit,
        exalted_per_divine: f64,
    ) -> Option<Self> {
        let increase = outfit.increase();
        let cost = outfit.exalted() / exalted_per_divine;
        let ladder_dps = idea.ladder.map(|build| build.estimated_dps);
        let own = idea.skill.and_then(Skill::bare_dps).map(|bare| bare * (1.0 + increase / 100.0));
        let dps = match (own, ladder_dps) {
            (Some(own), Some(ladder)) => (own * ladder).sqrt(),
            (Some(own), None) => own * UNTRIED,
            (None, Some(ladder)) => ladder,
            (None, None) => return None,
        };
        let ascendancy =
            idea.ladder.map_or(idea.class.first_ascendancy(), |build| &build.ascendancy);
        let main_skill =
            idea.ladder.map(|build| &build.main_skill).or(idea.skill.map(|skill| &skill.name))?;
        Some(Self {
            name: idea.name(),
            class: idea.class,
            ascendancy: ascendancy.to_owned(),
            main_skill: main_skill.clone(),
            kind: idea.skill.map(|skill| skill.kind),
            damage_type: idea.skill.map(|skill| skill.damage_type),
            difficulty: idea.ladder.map(|build| build.difficulty),
            dps,
            ladder_dps,
            gear: outfit.pieces,
            increase,
            cost,
            thrift: (1.0 - cost / wish.budget).clamp(0.0, 1.0),
            share: idea.ladder.and_then(|build| build.share),
        })
    }

    /// How much players turn to it, from 0 to 1, and why.
    fn trend(&self, trends: &Trends) -> (f64, Vec<String>) {
        let mut trend = 0.0;
        let mut reasons = Vec::new();
        if trends.trending_skills.contains(&self.main_skill) {
            trend += 0.4;
            reasons.push(format!("{} is trending", self.main_skill));
        }
        if trends.popular_classes.contains(&self.class.to_string()) {
            trend += 0.2;
            reasons.push(format!("{} is popular", self.class));
        }
        if let Some(archetype) = self.kind.map(SkillKind::archetype)
            && let Some(&shift) = trends.meta_shifts.get(archetype)
        {
            trend += match shift {
                Trend::Rising => 0.4,
                Trend::Stable => 0.2,
                Trend::Declining => 0.0,
            };
            reasons.push(format!("{} {shift}", archetype.replace('_', " ")));
        }
        (trend, reasons)
    }
}

/// A build with its place among the others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Build {
    /// The build.
    #[serde(flatten)]
    pub(crate) draft: Draft,
    /// Why players turn to it, or away.
    pub(crate) trends: Vec<String>,
    /// How good it is all in all, from 0 to 1.
    pub(crate) score: f64,
}

/// A build that costs too much.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct OverBudget {
    /// What it is called.
    pub(crate) name: String,
    /// What its key items alone cost, in divine orbs.
    pub(crate) cost: f64,
}

/// Builds, best first.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Ranking {
    /// What the budget buys.
    pub(crate) builds: Vec<Build>,
    /// What it does not.
    pub(crate) over_budget: Vec<OverBudget>,
}

impl Ranking {
    /// Notes a build that costs too much.
    pub(crate) fn leave_out(&mut self, name: String, cost: f64) {
        self.over_budget.push(OverBudget { name, cost });
    }

    /// Compares builds with each other, and puts the best first.
    pub(crate) fn rank(&mut self, drafts: Vec<Draft>, trends: &Trends) {
        let most = |of: fn(&Draft) -> f64| drafts.iter().map(of).fold(f64::MIN_POSITIVE, f64::max);
        let (strongest, most_played) =
            (most(|draft| draft.dps), most(|draft| draft.share.unwrap_or(0.0)));
        self.builds = drafts
            .into_iter()
            .map(|draft| {
                let (trend, reasons) = draft.trend(trends);
                let score = POWER * draft.dps / strongest
                    + POPULARITY * draft.share.unwrap_or(0.0) / most_played
                    + TREND * trend
                    + THRIFT * draft.thrift;
                Build { draft, trends: reasons, score }
            })
            .collect();
        self.builds.sort_by(|a, b| {
            b.score.total_cmp(&a.score).then_with(|| a.draft.name.cmp(&b.draft.name))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(name: &str, dps: f64, share: Option<f64>) -> Draft {
        Draft {
            name: name.into(),
            class: Class::Ranger,
            ascendancy: "Deadeye".into(),
            main_skill: name.into(),
            kind: Some(SkillKind::Bow),
            damage_type: Some(Element::Cold),
            difficulty: None,
            dps,
            ladder_dps: None,
            gear: Vec::new(),
            increase: 0.0,
            cost: 1.0,
            thrift: 0.5,
            share,
        }
    }

    fn trends() -> Trends {
        Trends {
            popular_classes: vec!["Ranger".into()],
            trending_skills: vec!["Ice Shot".into()],
            meta_shifts: [("bow_builds".into(), Trend::Rising)].into(),
        }
    }

    fn order(drafts: Vec<Draft>) -> Vec<String> {
        let mut ranking = Ranking::default();
        ranking.rank(drafts, &trends());
        ranking.builds.into_iter().map(|build| build.draft.name).collect()
    }

    #[test]
    fn more_damage_comes_first() {
        assert_eq!(
            order(vec![draft("weak", 1.0, None), draft("strong", 2.0, None)]),
            ["strong", "weak"]
        );
    }

    #[test]
    fn among_equals_the_more_popular_comes_first() {
        assert_eq!(order(vec![draft("a", 1.0, Some(2.0)), draft("b", 1.0, Some(9.0))]), ["b", "a"]);
    }

    #[test]
    fn a_trend_lifts_a_build_over_a_slightly_stronger_one() {
        assert_eq!(
            order(vec![draft("Snipe", 105.0, None), draft("Ice Shot", 100.0, None)]),
            ["Ice Shot", "Snipe"]
        );
    }

    #[test]
    fn the_order_does_not_depend_on_the_order_of_the_ideas() {
        let (a, b) = (draft("a", 1.0, None), draft("b", 1.0, None));
        assert_eq!(order(vec![a.clone(), b.clone()]), order(vec![b, a]));
    }

    #[test]
    fn scores_lie_between_zero_and_one() {
        let mut ranking = Ranking::default();
        ranking.rank(vec![draft("Ice Shot", 9.0, Some(3.0)), draft("b", 1.0, None)], &trends());
        assert!(ranking.builds.iter().all(|build| (0.0..=1.0).contains(&build.score)));
    }
}
