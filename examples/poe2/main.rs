//! A Path of Exile 2 build generator whose three data services fail and come back.
//!
//! ```text
//! cargo run --example poe2                                  builds for a Ranger, through an outage
//! cargo run --example poe2 -- --scenario flaky --class witch --budget 40
//! cargo run --example poe2 -- --help
//! ```
//!
//! What to read first: the three traits in `api/`, each with the policies of its service; then `generator.rs`, which
//! asks them and knows nothing of policies. `server/` plays the services, `timeline.rs` hears what the policies tell.

mod api;
mod card;
mod cli;
mod facts;
mod gear;
mod generator;
mod human;
mod line;
mod model;
mod pace;
mod paint;
mod rank;
mod report;
mod scenario;
mod server;
mod service;
mod table;
mod timeline;

use std::{io::Write, process::ExitCode};

use clap::Parser;
use resilient_runtime::Registry;
use tokio::time::{Instant, sleep_until};
use tracing_subscriber::{layer::SubscriberExt, util::SubscriberInitExt};

use self::{
    api::{
        HttpNinja, HttpPoe2Db, HttpScout, ResilientNinjaApi, ResilientPoe2DbApi, ResilientScoutApi,
    },
    cli::Args,
    facts::Facts,
    generator::{Generator, generate},
    line::Wording,
    paint::Paint,
    rank::Ranking,
    report::Report,
    server::Servers,
    service::Service,
    timeline::Timeline,
};

type Error = Box<dyn std::error::Error>;

/// A generator that asks real services, each behind its policies.
type OnlineGenerator = Generator<
    ResilientScoutApi<HttpScout>,
    ResilientPoe2DbApi<HttpPoe2Db>,
    ResilientNinjaApi<HttpNinja>,
>;

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Args::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("error: no build could be made; try a larger budget");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Follows the league and reports; `true` if there are builds.
async fn run(args: &Args) -> Result<bool, Error> {
    let paint = Paint::for_stdout();
    let timeline = Timeline::new((!args.json).then(|| Wording::new(paint)));
    tracing_subscriber::registry().with(timeline.clone()).init();
    timeline.say(|words| words.header(args));

    let pace = args.pace();
    let servers = Servers::start(args.scenario, args.seed, pace.slow).await?;
    let registry = pace.registry(args.cache_dir(), args.seed)?;
    timeline.say(|words| words.disk(&registry.disk()));
    let generator = generator(&servers, &registry)?;
    let (facts, ranking) = follow_league(args, &servers, &generator, &timeline).await?;
    registry.close().await;
    servers.stop().await?;

    let report =
        Report { args, facts: &facts, ranking: &ranking, services: &registry.snapshot().services };
    let text = if args.json {
        serde_json::to_string_pretty(&report.json(&timeline.entries()))? + "\n"
    } else {
        report.text(paint)
    };
    // A reader that went away is no failure.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(!ranking.builds.is_empty())
}

fn generator(servers: &Servers, registry: &Registry) -> Result<OnlineGenerator, Error> {
    let scout = HttpScout::new(servers.url(Service::Scout))?;
    let poe2db = HttpPoe2Db::new(servers.url(Service::Poe2Db))?;
    let ninja = HttpNinja::new(servers.url(Service::Ninja))?;
    Ok(Generator {
        scout: ResilientScoutApi::with_registry(scout, registry),
        poe2db: ResilientPoe2DbApi::with_registry(poe2db, registry),
        ninja: ResilientNinjaApi::with_registry(ninja, registry),
    })
}

/// Makes builds once a day; returns those of the last day, and what they rest on.
async fn follow_league(
    args: &Args,
    servers: &Servers,
    generator: &OnlineGenerator,
    timeline: &Timeline,
) -> Result<(Facts, Ranking), Error> {
    let start = Instant::now();
    let mut day = 1;
    loop {
        servers.dawn(day);
        timeline.dawn(day, args.scenario.news(day));
        // On the heap, for five requests at once are too large a future for the stack of every caller above.
        let facts = Box::pin(generator.gather(args.class)).await?;
        let ranking = generate(&facts, args.wish());
        timeline.say(|words| words.best(ranking.builds.first(), facts.exalted_per_divine()));
        if day == args.days {
            return Ok((facts, ranking));
        }
        sleep_until(start + args.pace().day * day).await;
        day += 1;
    }
}
