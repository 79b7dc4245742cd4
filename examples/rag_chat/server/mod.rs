//! The three services: real HTTP servers on loopback. What befalls them is told to them from outside.

mod conversations;
mod faults;
mod llm;
mod vectors;

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, middleware};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

pub(crate) use self::faults::Fault;
use self::faults::Faults;

/// The services, in the order in which a chat asks them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    /// The vector store.
    Vectors,
    /// The language model.
    Llm,
    /// The database of conversations.
    Database,
}

impl Server {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Vectors, Self::Llm, Self::Database];

    /// The name of the service.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Vectors => "vector_db",
            Self::Llm => "llm",
            Self::Database => "database",
        }
    }
}

/// The running servers.
pub(crate) struct Servers {
    addresses: [SocketAddr; 3],
    faults: [Arc<Faults>; 3],
    saved: Arc<AtomicU64>,
    stop: watch::Sender<()>,
    tasks: Vec<JoinHandle<io::Result<()>>>,
}

impl Servers {
    /// Starts the servers, each on a free port. One that hangs does so for `hang`.
    pub(crate) async fn start(hang: Duration) -> io::Result<Self> {
        let saved = Arc::new(AtomicU64::new(0));
        let (stop, stopped) = watch::channel(());
        let faults = Server::ALL.map(|_| Arc::new(Faults::new(hang)));
        let mut addresses = [SocketAddr::from(([127, 0, 0, 1], 0)); 3];
        let mut tasks = Vec::new();
        for ((server, address), faults) in Server::ALL.into_iter().zip(&mut addresses).zip(&faults)
        {
            let router = match server {
                Server::Vectors => vectors::routes()?,
                Server::Llm => llm::routes(),
                Server::Database => conversations::routes(Arc::clone(&saved)),
            };
            let router =
                router.layer(middleware::from_fn_with_state(Arc::clone(faults), faults::play));
            let listener = TcpListener::bind(*address).await?;
            *address = listener.local_addr()?;
            tasks.push(tokio::spawn(serve(listener, router, stopped.clone())));
        }
        Ok(Self { addresses, faults, saved, stop, tasks })
    }

    /// Where a service listens.
    pub(crate) fn url(&self, server: Server) -> String {
        format!("http://{}", self.addresses[server as usize])
    }

    /// From now on this befalls every request to a service.
    pub(crate) fn play(&self, server: Server, fault: Fault) {
        self.faults[server as usize].set(fault);
    }

    /// How many requests have reached a service.
    pub(crate) fn requests(&self, server: Server) -> u64 {
        self.faults[server as usize].requests()
    }

    /// How many turns the database has kept.
    pub(crate) fn saved(&self) -> u64 {
        self.saved.load(Ordering::Relaxed)
    }

    /// Stops the servers; what is under way is dropped.
    pub(crate) async fn stop(self) -> io::Result<()> {
        drop(self.stop);
        for task in self.tasks {
            task.await??;
        }
        Ok(())
    }
}

async fn serve(
    listener: TcpListener,
    router: Router,
    mut stopped: watch::Receiver<()>,
) -> io::Result<()> {
    tokio::select! {
        ended = axum::serve(listener, router) => ended,
        // The sender is never used, so this ends when it is dropped.
        _ = stopped.changed() => Ok(()),
    }
}
