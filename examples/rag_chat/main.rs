//! A chat that answers from documents, whose language model, vector store and database fail and come back.
//!
//! ```text
//! cargo run --example rag_chat              the whole story, in a few seconds
//! cargo run --example rag_chat -- --json    what came of it, as one JSON document
//! ```
//!
//! What to read first: the three traits in `api/`, each with the policies of its service; then `chat.rs`, which asks them
//! and knows nothing of policies. `server/` plays the services, `episodes.rs` says what befalls them.

mod api;
mod chat;
mod episodes;
mod log;
mod pace;
mod report;
mod server;
mod words;

use std::{process::ExitCode, sync::Arc};

use clap::Parser;
use resilient_runtime::Registry;
use tokio::{task::JoinSet, time::sleep};
use tracing_subscriber::{layer::SubscriberExt, util::SubscriberInitExt};

use self::{
    api::{
        HttpConversations, HttpLlm, HttpVectors, ResilientConversations, ResilientLlm,
        ResilientVectors,
    },
    chat::Chat,
    episodes::{EPISODES, Episode},
    log::Log,
    pace::Pace,
    report::{Chapter, Report},
    server::{Fault, Server, Servers},
};

type Error = Box<dyn std::error::Error>;

type OnlineChat = Chat<
    ResilientVectors<HttpVectors>,
    ResilientLlm<HttpLlm>,
    ResilientConversations<HttpConversations>,
>;

/// Answers questions from documents, through every failure of three services.
///
/// The services are real HTTP servers on 127.0.0.1, started by this program: a language model that speaks the shape of
/// chat completions, a store of documents that is searched by meaning, and a database.
#[derive(Debug, Parser)]
#[command(name = "rag_chat", version)]
struct Args {
    /// Print one JSON document (episodes, services) and nothing else
    #[arg(long)]
    json: bool,

    /// Decides how retries are spread
    #[arg(long, default_value_t = 42)]
    seed: u64,

    /// Keep the real waits, recoveries and cache times; a run takes about half an hour
    #[arg(long)]
    production: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: &Args) -> Result<(), Error> {
    let log = Log::default();
    tracing_subscriber::registry().with((!args.json).then(|| log.clone())).init();
    let pace = if args.production { Pace::Production } else { Pace::Showcase };
    let servers = Servers::start(pace.hang()).await?;
    let registry = pace.registry(args.seed)?;
    let chat = Arc::new(chat(&servers, &registry)?);

    let mut chapters = Vec::new();
    for episode in &EPISODES {
        if episode.later {
            sleep(pace.later()).await;
        }
        let chapter = play(episode, &servers, &chat, (!args.json).then_some(&log)).await?;
        chapters.push(chapter);
    }
    let report =
        Report { chapters, saved: servers.saved(), services: registry.snapshot().services };
    servers.stop().await?;
    println!("{}", if args.json { serde_json::to_string_pretty(&report)? } else { report.text() });
    Ok(())
}

fn chat(servers: &Servers, registry: &Registry) -> Result<OnlineChat, Error> {
    let vectors = HttpVectors::new(servers.url(Server::Vectors))?;
    let llm = HttpLlm::new(servers.url(Server::Llm))?;
    let conversations = HttpConversations::new(servers.url(Server::Database))?;
    Ok(Chat {
        vectors: ResilientVectors::with_registry(vectors, registry),
        llm: ResilientLlm::with_registry(llm, registry),
        conversations: ResilientConversations::with_registry(conversations, registry),
    })
}

/// Plays an episode: what befalls the services, then one user's messages, then those of a crowd at once.
async fn play(
    episode: &Episode,
    servers: &Servers,
    chat: &Arc<OnlineChat>,
    log: Option<&Log>,
) -> Result<Chapter, Error> {
    for server in Server::ALL {
        let fault = episode.faults.iter().find(|(befallen, _)| *befallen == server);
        servers.play(server, fault.map_or(Fault::None, |(_, fault)| *fault));
    }
    let mut chapter = Chapter::begin(episode.title, servers);
    let say = |line: String| {
        if log.is_some() {
            println!("{line}");
        }
    };
    say(format!("\n== {}", episode.title));
    for message in episode.messages {
        say(format!("\n  > {message}"));
        let reply = chat.reply(message).await?;
        say(report::reply(&reply));
        chapter.replies.push(reply);
    }
    if episode.crowd > 0 {
        say(format!("\n  > {} users at once: when does a breaker close?", episode.crowd));
    }
    if let Some(log) = log {
        log.crowded(true);
    }
    let mut crowd = JoinSet::new();
    for user in 0..episode.crowd {
        let chat = Arc::clone(chat);
        let message = format!("I am user {user}: when does a breaker close?");
        crowd.spawn(async move { chat.reply(&message).await });
    }
    for reply in crowd.join_all().await {
        chapter.count(&reply?);
    }
    if let Some(log) = log {
        log.crowded(false);
    }
    chapter.end(servers);
    say(chapter.text());
    Ok(chapter)
}
