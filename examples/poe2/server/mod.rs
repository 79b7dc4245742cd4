//! The three services: real HTTP servers on loopback that play a script of faults.

mod clock;
mod data;
mod dice;
mod faults;
mod ninja;
mod poe2db;
mod prices;
mod scout;
mod script;
mod wire;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, middleware};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time::timeout};

use self::{
    clock::LeagueClock,
    data::{Data, Goods},
    faults::Faults,
    script::Script,
    wire::{CuttableListener, Scissors},
};
use crate::{scenario::Scenario, service::Service};

/// How long the servers may take to answer what is under way when they stop.
const GRACE: Duration = Duration::from_secs(2);

/// What a server's handlers know.
#[derive(Clone)]
struct World {
    data: Arc<Data>,
    clock: LeagueClock,
    seed: u64,
}

/// The three running servers.
pub(crate) struct Servers {
    clock: LeagueClock,
    addresses: [SocketAddr; 3],
    stop: watch::Sender<()>,
    tasks: Vec<JoinHandle<io::Result<()>>>,
}

impl Servers {
    /// Starts the servers, each on a free port. A slow answer takes `slow`.
    pub(crate) async fn start(scenario: Scenario, seed: u64, slow: Duration) -> io::Result<Self> {
        let clock = LeagueClock::default();
        let world = World { data: Arc::new(Data::load()?), clock: clock.clone(), seed };
        let (stop, stopped) = watch::channel(());
        let mut addresses = [SocketAddr::from(([127, 0, 0, 1], 0)); 3];
        let mut tasks = Vec::new();
        for (service, address) in Service::ALL.into_iter().zip(&mut addresses) {
            let faults = Faults::new(Script { scenario, seed, service }, clock.clone(), slow);
            let router = routes(service, world.clone())
                .layer(middleware::from_fn_with_state(Arc::new(faults), faults::play));
            let listener = TcpListener::bind(*address).await?;
            *address = listener.local_addr()?;
            tasks.push(tokio::spawn(serve(listener, router, stopped.clone())));
        }
        Ok(Self { clock, addresses, stop, tasks })
    }

    /// Where a service listens.
    pub(crate) fn url(&self, service: Service) -> String {
        format!("http://{}", self.addresses[service as usize])
    }

    /// A new day of the league begins.
    pub(crate) fn dawn(&self, day: u32) {
        self.clock.dawn(day);
    }

    /// Answers what is under way, and stops.
    pub(crate) async fn stop(self) -> io::Result<()> {
        drop(self.stop);
        for task in self.tasks {
            let abort = task.abort_handle();
            match timeout(GRACE, task).await {
                Ok(ended) => ended??,
                Err(_) => abort.abort(),
            }
        }
        Ok(())
    }
}

fn routes(service: Service, world: World) -> Router {
    match service {
        Service::Scout => scout::routes(world),
        Service::Poe2Db => poe2db::routes(world),
        Service::Ninja => ninja::routes(world),
    }
}

async fn serve(
    listener: TcpListener,
    router: Router,
    mut stopped: watch::Receiver<()>,
) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<Scissors>();
    axum::serve(CuttableListener(listener), service)
        .with_graceful_shutdown(async move {
            // The sender is never used, so this ends when it is dropped.
            let _ = stopped.changed().await;
        })
        .await
}
