use std::path::PathBuf;

use clap::Parser;

use crate::{generator::Wish, model::Class, pace::Pace, scenario::Scenario};

const AFTER_HELP: &str = "\
Builds are ranked by damage (half of the score; the middle of what skill and gear come to and what players reach), by
the share of the class that plays them (a fifth), by trends (a fifth) and by the money that is left (a tenth).

Exit code: 0 if builds were made, 1 if not, 2 for bad arguments.";

/// Makes Path of Exile 2 builds from three services that fail and come back.
///
/// The services are real HTTP servers on 127.0.0.1, started by this program. Their clients carry policies (circuit
/// breaker, retry, rate limit, cache in memory and on disk, timeout, fallback), and a timeline tells what each of
/// them does while builds are generated, one round for each day of the league.
#[derive(Debug, Parser)]
#[command(name = "poe2", version, after_long_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The class to make builds for
    #[arg(long, value_enum, default_value_t = Class::Ranger, ignore_case = true)]
    pub(crate) class: Class,

    /// The divine orbs that a build may cost; what costs more is left out
    #[arg(long, value_name = "DIVINE", default_value_t = 25.0, value_parser = budget, allow_negative_numbers = true)]
    pub(crate) budget: f64,

    /// What befalls the services
    #[arg(long, value_enum, default_value_t = Scenario::Outage, ignore_case = true)]
    pub(crate) scenario: Scenario,

    /// Decides how prices move, which requests fail, and how retries are spread
    #[arg(long, default_value_t = 42)]
    pub(crate) seed: u64,

    /// How many days to follow the league
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=365))]
    pub(crate) days: u32,

    /// Keep the real waits, recoveries and cache times; a run of seven days takes about seven minutes
    #[arg(long)]
    pub(crate) production: bool,

    /// Print one JSON document (timeline, builds, services) and nothing else
    #[arg(long)]
    pub(crate) json: bool,

    /// Where answers are kept for the next run [default: `resilient-poe2` in the user's cache directory]
    #[arg(long, value_name = "PATH")]
    pub(crate) cache_dir: Option<PathBuf>,

    /// Even shorter waits, for tests
    #[arg(long, hide = true, conflicts_with = "production")]
    pub(crate) fast: bool,
}

impl Args {
    /// What the user asks for.
    pub(crate) fn wish(&self) -> Wish {
        Wish { class: self.class, budget: self.budget }
    }

    /// How fast time runs.
    pub(crate) fn pace(&self) -> Pace {
        match (self.production, self.fast) {
            (true, _) => Pace::PRODUCTION,
            (false, true) => Pace::FAST,
            (false, false) => Pace::SHOWCASE,
        }
    }

    /// Where answers are kept: what was asked for, or the user's cache directory (XDG Base Directory Specification).
    pub(crate) fn cache_dir(&self) -> Option<PathBuf> {
        let absolute =
            |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        self.cache_dir.clone().or_else(|| {
            let cache = absolute("XDG_CACHE_HOME")
                .or_else(|| absolute("HOME").map(|home| home.join(".cache")))?;
            Some(cache.join("resilient-poe2"))
        })
    }
}

fn budget(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(divine) if divine.is_finite() && divine > 0.0 => Ok(divine),
        Ok(_) => Err("nothing can be bought for that; give the divine orbs to spend, more than 0, such as 25".into()),
        Err(_) => Err("not a number; give the divine orbs to spend, such as 25 or 12.5".into()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_budget_is_a_number_over_zero() {
        assert_eq!(budget("12.5"), Ok(12.5));
        for bad in ["0", "-3", "NaN", "inf", "much", ""] {
            assert!(budget(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_class_may_be_written_in_any_case() {
        let args = Args::try_parse_from(["poe2", "--class", "WITCH"]).expect("a witch");
        assert_eq!(args.class, Class::Witch);
        assert!(Args::try_parse_from(["poe2", "--class", "necromancer"]).is_err());
    }
}
