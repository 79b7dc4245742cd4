use resilient_runtime::Provenance;
use serde::Serialize;

use crate::{
    human::seconds,
    model::{Answer, Item, Market, PopularBuild, Skill, Trends},
    service::Service,
};

/// Something that a service said, and how it came to us.
#[derive(Debug, Clone)]
pub(crate) struct Sourced<T> {
    /// What was said.
    pub(crate) data: T,
    /// Where it comes from.
    pub(crate) source: Source,
}

/// Where a fact comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Source {
    /// The service's name.
    pub(crate) service: &'static str,
    /// Live, or from which cache, or from which fallback.
    pub(crate) provenance: String,
    /// What the stand-in says about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
}

impl<T> Sourced<T> {
    /// An answer with its provenance.
    pub(crate) fn new(service: Service, answer: Answer<T>, provenance: Provenance) -> Self {
        let source = Source {
            service: service.name(),
            provenance: words(provenance),
            message: answer.message,
        };
        Self { data: answer.data, source }
    }
}

fn words(provenance: Provenance) -> String {
    match provenance {
        Provenance::Live { attempts: attempts @ 2.., .. } => format!("live, attempt {attempts}"),
        _ if provenance.age().is_zero() => provenance.as_str().to_owned(),
        _ => format!("{}, {} old", provenance.as_str(), seconds(provenance.age())),
    }
}

/// All that a ranking rests on.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// What the market trades at.
    pub(crate) market: Sourced<Market>,
    /// What players turn to.
    pub(crate) trends: Sourced<Trends>,
    /// Every skill.
    pub(crate) skills: Sourced<Vec<Skill>>,
    /// Every item.
    pub(crate) items: Sourced<Vec<Item>>,
    /// What the class plays.
    pub(crate) builds: Sourced<Vec<PopularBuild>>,
}

impl Facts {
    /// How many exalted orbs a divine orb buys; four, as the stand-in says, where the market does not quote both.
    pub(crate) fn exalted_per_divine(&self) -> f64 {
        self.market.data.exalted_per_divine().unwrap_or(4.0)
    }

    /// What the stand-ins have to say.
    pub(crate) fn messages(&self) -> Vec<&str> {
        let sources = [
            &self.market.source,
            &self.trends.source,
            &self.skills.source,
            &self.items.source,
            &self.builds.source,
        ];
        sources.into_iter().filter_map(|source| source.message.as_deref()).collect()
    }
}
