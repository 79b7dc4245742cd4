use std::fmt::Write;

use resilient_runtime::ServiceSnapshot;
use serde_json::{Value, json};

use crate::{
    card::Card,
    cli::Args,
    facts::Facts,
    human::wrap,
    line::WIDTH,
    paint::Paint,
    rank::{OverBudget, Ranking},
    table::Table,
    timeline::Entry,
};

/// How many builds a person is shown.
const SHOWN: usize = 5;

/// What a run came to.
pub(crate) struct Report<'a> {
    /// What was asked for.
    pub(crate) args: &'a Args,
    /// What the last day's services said.
    pub(crate) facts: &'a Facts,
    /// What was made of it.
    pub(crate) ranking: &'a Ranking,
    /// What the policies did.
    pub(crate) services: &'a [ServiceSnapshot],
}

impl Report<'_> {
    /// The report as one JSON document.
    pub(crate) fn json(&self, timeline: &[Entry]) -> Value {
        json!({
            "class": self.args.class,
            "budget": self.args.budget,
            "scenario": self.args.scenario.to_string(),
            "seed": self.args.seed,
            "builds": self.cards().collect::<Vec<_>>(),
            "over_budget": self.ranking.over_budget,
            "services": self.services,
            "timeline": timeline,
        })
    }

    /// The report for a person.
    pub(crate) fn text(&self, paint: Paint) -> String {
        let Args { class, budget, .. } = self.args;
        let title = |title: &str| format!("\n{}\n\n", paint.bold(title));
        let mut text = title(&format!("Builds for a {class} with {budget} divine orbs"));
        for (card, place) in self.cards().take(SHOWN).zip(1..) {
            let _ = writeln!(text, "{}", card.text(place, paint));
        }
        for message in self.facts.messages() {
            let _ = writeln!(text, "{}", paint.yellow(&format!("! {message}")));
        }
        if let Some(remark) = self.over_budget() {
            for line in wrap(&remark, WIDTH) {
                let _ = writeln!(text, "{}", paint.dim(&line));
            }
        }
        text + &title("What the policies did") + &Table::of(self.services).text(paint)
    }

    fn cards(&self) -> impl Iterator<Item = Card<'_>> {
        self.ranking.builds.iter().map(|build| Card::new(build, self.facts))
    }

    fn over_budget(&self) -> Option<String> {
        let left_out = &self.ranking.over_budget;
        let name = |build: &OverBudget| format!("{} ({:.1}\u{a0}div)", build.name, build.cost);
        let names: Vec<_> = left_out.iter().map(name).collect();
        (!names.is_empty())
            .then(|| format!("Over budget with their key items alone: {}.", names.join(", ")))
    }
}
