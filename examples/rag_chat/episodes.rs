use crate::server::{Fault, Server};

/// A part of the story: what befalls the services, and what is asked meanwhile.
pub(crate) struct Episode {
    /// What happens.
    pub(crate) title: &'static str,
    /// The services that something befalls; all others are well.
    pub(crate) faults: &'static [(Server, Fault)],
    /// What one user asks, one message after the other.
    pub(crate) messages: &'static [&'static str],
    /// How many other users ask at once, each something else.
    pub(crate) crowd: u32,
    /// Whether it begins only after every breaker's recovery time.
    pub(crate) later: bool,
}

const BREAKER: &str = "What does a circuit breaker do?";
const THRESHOLD: &str = "Which threshold is good for a breaker?";
const BULKHEAD: &str = "What does a bulkhead limit?";
const RETRY: &str = "Why is there a retry budget?";

/// The whole story.
pub(crate) const EPISODES: [Episode; 7] = [
    Episode {
        title: "all is well",
        faults: &[],
        messages: &[BREAKER, THRESHOLD, BREAKER],
        crowd: 0,
        later: false,
    },
    Episode {
        title: "the language model asks for patience",
        faults: &[(Server::Llm, Fault::Busy)],
        messages: &["How long to wait after status 429?"],
        crowd: 0,
        later: false,
    },
    Episode {
        title: "the language model is down, and a hundred users come",
        faults: &[(Server::Llm, Fault::Down)],
        messages: &[BULKHEAD, BREAKER, "Hello!", "How is the weather?", "Who wrote Faust?"],
        crowd: 100,
        later: true,
    },
    Episode {
        title: "the vector store hangs, and the language model is still down",
        faults: &[(Server::Vectors, Fault::Hangs), (Server::Llm, Fault::Down)],
        messages: &[RETRY, BREAKER],
        crowd: 0,
        later: true,
    },
    Episode {
        title: "the database is down",
        faults: &[(Server::Database, Fault::Down)],
        messages: &["What ends a call that takes too long?"],
        crowd: 20,
        later: true,
    },
    Episode {
        title: "all is well again",
        faults: &[],
        messages: &[RETRY, BULKHEAD],
        crowd: 0,
        later: true,
    },
    Episode { title: "and stays so", faults: &[], messages: &[RETRY], crowd: 10, later: false },
];
