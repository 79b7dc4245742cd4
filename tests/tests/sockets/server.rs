//! A server on a port of this machine, which fails, hangs, goes away and comes back as a test says.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU64, Ordering::SeqCst},
    },
};

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::{net::TcpListener, task::JoinHandle};

/// What it does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Mode {
    Well,
    /// Three requests of ten get a 503.
    Flaky,
    /// Every request gets a 503.
    Failing,
    /// No request gets an answer.
    Hanging,
}

impl Mode {
    const ALL: [Self; 4] = [Self::Well, Self::Flaky, Self::Failing, Self::Hanging];
}

#[derive(Debug, Default)]
struct Desk {
    mode: AtomicU8,
    requests: AtomicU64,
}

/// Stopped when it is dropped, with every connection that it has.
pub(crate) struct Server {
    desk: Arc<Desk>,
    address: SocketAddr,
    running: Option<JoinHandle<()>>,
    stop: Option<tokio::sync::watch::Sender<()>>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let mut server = Self {
            desk: Arc::default(),
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            running: None,
            stop: None,
        };
        server.come_back().await;
        server
    }

    /// Listens where it has listened before; the first time, on a port that is free.
    pub(crate) async fn come_back(&mut self) {
        let listener = TcpListener::bind(self.address).await.expect("the port is ours");
        self.address = listener.local_addr().expect("it is bound");
        let app = Router::new().route("/items/{item}", get(answer)).with_state(self.desk.clone());
        let (stop, stopped) = tokio::sync::watch::channel(());
        self.stop = Some(stop);
        self.running = Some(tokio::spawn(async move {
            let mut end = stopped.clone();
            let graceful = axum::serve(listener, app).with_graceful_shutdown(async move {
                let _ = end.changed().await;
            });
            let _ = graceful.await;
        }));
    }

    /// Closes the port: the next connection is refused.
    pub(crate) async fn go_away(&mut self) {
        drop(self.stop.take());
        if let Some(running) = self.running.take() {
            running.await.expect("it does not panic");
        }
    }

    pub(crate) fn be(&self, mode: Mode) {
        self.desk.mode.store(mode as u8, SeqCst);
    }

    /// Requests that have reached it.
    pub(crate) fn requests(&self) -> u64 {
        self.desk.requests.load(SeqCst)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.abort();
        }
    }
}

async fn answer(State(desk): State<Arc<Desk>>, Path(item): Path<u64>) -> Response {
    let number = desk.requests.fetch_add(1, SeqCst);
    match Mode::ALL[usize::from(desk.mode.load(SeqCst))] {
        Mode::Flaky if number * 7 % 10 < 3 => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Mode::Failing => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Mode::Hanging => std::future::pending().await,
        Mode::Well | Mode::Flaky => (item * 10).to_string().into_response(),
    }
}
