use std::fmt;

use clap::ValueEnum;

/// What befalls the three services during a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// All is well; the caches do the work
    Calm,
    /// Services go dark for days and come back: breakers open, fallbacks serve, probes close them
    Outage,
    /// Errors, slow answers, garbage and dropped connections between good answers: retries do the work
    Flaky,
    /// The services ask for patience (HTTP 429), and the client keeps its own pace
    RateLimited,
}

impl Scenario {
    /// What happens in the world on a day, one line for each service that it happens to.
    pub(crate) fn news(self, day: u32) -> &'static [&'static str] {
        match (self, day) {
            (Self::Outage, 1) => &["poe_ninja is down"],
            (Self::Outage, 2) => &["poe2db goes dark for good"],
            (Self::Outage, 3) => &["poe_ninja is back", "poe2_scout goes dark"],
            (Self::Outage, 6) => &["poe2_scout is back"],
            (Self::Flaky, 1) => &["all three services are shaky"],
            (Self::RateLimited, 1) => &["poe2db and poe_ninja are crowded"],
            (Self::RateLimited, 2) => &["poe2_scout is crowded every other day"],
            (Self::RateLimited, 4) => &["poe_ninja lets nobody in"],
            (Self::RateLimited, 5) => &["poe_ninja is open again"],
            _ => &[],
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Calm => "calm",
            Self::Outage => "outage",
            Self::Flaky => "flaky",
            Self::RateLimited => "rate-limited",
        })
    }
}
