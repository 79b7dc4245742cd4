use std::{collections::BTreeMap, fmt::Write};

use resilient_runtime::ServiceSnapshot;
use serde::Serialize;

use crate::{
    chat::Reply,
    server::{Server, Servers},
};

/// What came of an episode.
#[derive(Debug, Serialize)]
pub(crate) struct Chapter {
    /// What happened.
    pub(crate) title: &'static str,
    /// What one user was told.
    pub(crate) replies: Vec<Reply>,
    /// Where the crowd's answers came from, and how many came from there.
    pub(crate) crowd: BTreeMap<String, u64>,
    /// How many requests reached each service.
    pub(crate) requests: BTreeMap<&'static str, u64>,
}

/// What came of the whole story.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Each episode.
    pub(crate) chapters: Vec<Chapter>,
    /// How many turns are in the database.
    pub(crate) saved: u64,
    /// What the policies did.
    pub(crate) services: Vec<ServiceSnapshot>,
}

impl Chapter {
    /// An episode that begins now.
    pub(crate) fn begin(title: &'static str, servers: &Servers) -> Self {
        let requests = Server::ALL.map(|server| (server.name(), servers.requests(server)));
        Self { title, replies: Vec::new(), crowd: BTreeMap::new(), requests: requests.into() }
    }

    /// Counts a reply to one of the crowd.
    pub(crate) fn count(&mut self, reply: &Reply) {
        *self.crowd.entry(reply.answered.as_str().to_owned()).or_default() += 1;
    }

    /// The episode is over.
    pub(crate) fn end(&mut self, servers: &Servers) {
        for server in Server::ALL {
            if let Some(requests) = self.requests.get_mut(server.name()) {
                *requests = servers.requests(server) - *requests;
            }
        }
    }

    /// How many requests it took.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        if !self.crowd.is_empty() {
            let sources: Vec<_> =
                self.crowd.iter().map(|(source, count)| format!("{count} {source}")).collect();
            let _ = writeln!(text, "  < {}", sources.join(", "));
        }
        let requests: Vec<_> =
            self.requests.iter().map(|(service, count)| format!("{service} {count}")).collect();
        let _ = write!(text, "\n  requests that reached each service: {}", requests.join(", "));
        text
    }
}

/// A reply, for a person.
pub(crate) fn reply(reply: &Reply) -> String {
    let saved = match &reply.saved {
        Ok(number) => format!("kept as number {number}"),
        Err(problem) => format!("not kept: {problem}"),
    };
    format!(
        "  < {}\n    [{} documents: {}; answer: {}; {saved}]",
        reply.text,
        reply.documents.len(),
        reply.found,
        reply.answered
    )
}

impl Report {
    /// The end of the story, for a person.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("\n== in the end, {} turns are kept\n\n", self.saved);
        let _ = writeln!(
            text,
            "  {:<12}{:>8}{:>10}{:>9}{:>8}{:>10}{:>10}  breaker",
            "service", "calls", "attempts", "retries", "stale", "fallback", "rejected"
        );
        for service in &self.services {
            for method in &service.methods {
                let state = service.breaker.as_ref().map_or("none", |it| it.state.as_str());
                let _ = writeln!(
                    text,
                    "  {:<12}{:>8}{:>10}{:>9}{:>8}{:>10}{:>10}  {state}",
                    service.name.as_str(),
                    method.calls,
                    method.attempts,
                    method.retries,
                    method.cache.stale,
                    method.fallbacks,
                    method.rejected.total(),
                );
            }
        }
        text.trim_end().to_owned()
    }
}
