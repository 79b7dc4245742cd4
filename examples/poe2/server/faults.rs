use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{
    clock::LeagueClock,
    script::{Script, Turn},
    wire::Scissors,
};

/// What can befall a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nothing: it is answered.
    None,
    /// It is answered, but later than any client waits.
    Slow,
    /// HTTP 500.
    ServerError,
    /// HTTP 429 with `Retry-After: 1`.
    TooManyRequests,
    /// HTTP 200 with something that is not what was asked for.
    Garbage,
    /// The connection breaks before the answer.
    Drop,
    /// The connection breaks within the answer.
    CutBody,
}

/// How much of an answer passes before its connection breaks: its head, and the beginning of its body.
const CUT_AFTER: usize = 180;

/// Plays a script on the requests of one server.
pub(super) struct Faults {
    script: Script,
    clock: LeagueClock,
    slow: Duration,
    /// For each path: all requests, and today's with the day.
    seen: Mutex<HashMap<String, Seen>>,
}

#[derive(Default)]
struct Seen {
    all: usize,
    day: u32,
    today: usize,
}

impl Faults {
    pub(super) fn new(script: Script, clock: LeagueClock, slow: Duration) -> Self {
        Self { script, clock, slow, seen: Mutex::default() }
    }

    fn next(&self, path: &str) -> Fault {
        let day = self.clock.today();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = seen.entry(path.to_owned()).or_default();
        if seen.day != day {
            *seen = Seen { all: seen.all, day, today: 0 };
        }
        let turn = Turn { path, day, before: seen.all, before_today: seen.today };
        seen.all += 1;
        seen.today += 1;
        self.script.fault(turn)
    }
}

/// Lets the script have its way with a request, and answers what is left of it.
pub(super) async fn play(
    State(faults): State<Arc<Faults>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    request: Request,
    next: Next,
) -> Response {
    match faults.next(request.uri().path()) {
        Fault::None => {}
        Fault::Slow => tokio::time::sleep(faults.slow).await,
        Fault::ServerError => {
            return (StatusCode::INTERNAL_SERVER_ERROR, "the database is on fire").into_response();
        }
        Fault::TooManyRequests => {
            return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "1")], "slow down")
                .into_response();
        }
        Fault::Garbage => return "<html>we will be back after the patch</html>".into_response(),
        Fault::Drop => scissors.cut_after(0),
        Fault::CutBody => scissors.cut_after(CUT_AFTER),
    }
    next.run(request).await
}
