use std::fmt::Write;

use serde::Serialize;

use crate::{
    facts::{Facts, Source},
    gear::Piece,
    human::{short, wrap},
    paint::Paint,
    rank::{Build, Draft},
};

/// How wide the words of a fact may be.
const WIDTH: usize = 54;

/// A build with all that is known of it, each fact with its source.
#[derive(Debug, Serialize)]
pub(crate) struct Card<'a> {
    #[serde(flatten)]
    build: &'a Build,
    facts: Vec<Fact<'a>>,
}

/// One thing that is known, and where it comes from.
#[derive(Debug, Serialize)]
struct Fact<'a> {
    about: &'static str,
    words: String,
    source: &'a Source,
}

impl<'a> Card<'a> {
    /// What the services' facts say of a build.
    pub(crate) fn new(build: &'a Build, facts: &'a Facts) -> Self {
        let draft = &build.draft;
        let skill = skill(draft).map(|words| ("skill", words, &facts.skills.source));
        let gear = gear(draft).map(|words| ("gear", words, &facts.items.source));
        let cost = cost(draft).map(|words| ("cost", words, &facts.market.source));
        let ladder = ("ladder", ladder(draft), &facts.builds.source);
        let trend = (!build.trends.is_empty())
            .then(|| ("trend", build.trends.join(", "), &facts.trends.source));
        let facts = [skill, gear, cost, Some(ladder), trend].into_iter().flatten();
        Self {
            build,
            facts: facts.map(|(about, words, source)| Fact { about, words, source }).collect(),
        }
    }

    /// The card for a person.
    pub(crate) fn text(&self, place: usize, paint: Paint) -> String {
        let Build { draft, score, .. } = self.build;
        let (dps, cost) = (short(draft.dps), draft.cost);
        let head =
            format!("{place}. {:<44}{dps:>8} dps   {cost:>8.1} div   score {score:.2}", draft.name);
        let mut text = paint.bold(&head) + "\n";
        for Fact { about, words, source } in &self.facts {
            let source = format!("  {}: {}", source.service, source.provenance);
            let mut first = (*about, paint.dim(&source));
            for line in wrap(words, WIDTH) {
                let (about, source) = std::mem::take(&mut first);
                let line = format!("   {about:<8} {line:<WIDTH$}{source}");
                let _ = writeln!(text, "{}", line.trim_end());
            }
        }
        text
    }
}

fn skill(draft: &Draft) -> Option<String> {
    Some(format!("{}: {}, {} damage", draft.main_skill, draft.kind?, draft.damage_type?))
}

fn gear(Draft { gear, increase, .. }: &Draft) -> Option<String> {
    let names: Vec<_> = gear.iter().map(|piece| piece.item.as_str()).collect();
    (!gear.is_empty()).then(|| format!("{}: +{increase:.0} % damage", names.join(", ")))
}

fn cost(Draft { gear, cost, .. }: &Draft) -> Option<String> {
    let exalted: f64 = gear.iter().map(|piece| piece.exalted).sum();
    let guessed = gear.iter().filter(|piece: &&Piece| !piece.quoted).count();
    let remark = match guessed {
        0 => String::new(),
        _ => format!(", {guessed} of {} prices guessed", gear.len()),
    };
    (!gear.is_empty()).then(|| format!("{exalted:.1} exalted orbs = {cost:.1} div{remark}"))
}

fn ladder(draft: &Draft) -> String {
    let Some(dps) = draft.ladder_dps else { return "nobody plays it yet".to_owned() };
    let share =
        draft.share.map_or("a template".to_owned(), |share| format!("{share} % of the class"));
    let difficulty =
        draft.difficulty.map_or(String::new(), |difficulty| format!(", difficulty {difficulty}"));
    format!("{share} with {} dps{difficulty}", short(dps))
}
