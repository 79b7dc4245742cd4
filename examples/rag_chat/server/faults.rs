use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Json,
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::json;

/// What befalls the requests to a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing: they are answered.
    None,
    /// The first one of this kind is asked for patience (429, `Retry-After: 1`), the others are answered.
    Busy,
    /// HTTP 503.
    Down,
    /// They are answered later than any client waits.
    Hangs,
}

/// Plays what befalls the requests to one service, and counts them.
pub(super) struct Faults {
    fault: Mutex<Fault>,
    requests: AtomicU64,
    hang: Duration,
}

impl Faults {
    pub(super) fn new(hang: Duration) -> Self {
        Self { fault: Mutex::new(Fault::None), requests: AtomicU64::new(0), hang }
    }

    pub(super) fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    fn next(&self) -> Fault {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let mut fault = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        let now = *fault;
        if now == Fault::Busy {
            *fault = Fault::None;
        }
        now
    }
}

/// Lets the fault have its way with a request, and answers what is left of it.
pub(super) async fn play(
    State(faults): State<Arc<Faults>>,
    request: Request,
    next: Next,
) -> Response {
    let error = |kind: &str, message: &str| {
        Json(json!({ "error": { "type": kind, "message": message, "code": null } }))
    };
    match faults.next() {
        Fault::None => {}
        Fault::Busy => {
            let body = error("rate_limit_exceeded", "too many requests");
            let wait = [(header::RETRY_AFTER, "1")];
            return (StatusCode::TOO_MANY_REQUESTS, wait, body).into_response();
        }
        Fault::Down => {
            let body = error("server_error", "the engine is overloaded");
            return (StatusCode::SERVICE_UNAVAILABLE, body).into_response();
        }
        Fault::Hangs => tokio::time::sleep(faults.hang).await,
    }
    next.run(request).await
}
