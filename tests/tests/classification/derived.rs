//! Errors of the user's own, by `#[derive(Classify)]` and by hand.

use std::{io, time::Duration};

use http::{HeaderMap, StatusCode};
use resilient_runtime::{Classify, ErrorKind, Rejection};

use super::{
    plain::{Boxed, limited, open, refused},
    table::{Answers, FAILURE, FAULT, PATIENCE, Table, UNSENT, UNSENT_FAULT, UNSENT_PATIENCE},
};

#[derive(Classify)]
enum ScoutError {
    #[class(status = code, retry_after = headers)]
    Status {
        code: StatusCode,
        headers: HeaderMap,
    },
    #[class(rate_limit, retry_after = 0)]
    Busy(Duration),
    #[class(server, count = false, retry_after = 0)]
    Restarting(Option<Duration>),
    #[class(network, unsent)]
    Offline,
    #[class(server, retry = false)]
    Gone,
    #[class(delegate)]
    Io(io::Error),
    #[class(delegate)]
    Rejected(Rejection),
    #[class(delegate)]
    Other(Boxed),
    #[class(delegate, retry = false)]
    Http(reqwest::Error),
    Unreadable,
}

struct Plain;

impl Classify for Plain {}

struct ByHand(Rejection);

impl Classify for ByHand {
    fn rejection(&self) -> Option<&Rejection> {
        Some(&self.0)
    }
}

pub(crate) fn rows(table: &mut Table) {
    use ErrorKind::{Client, Network, RateLimit, Server, Unknown};
    table.row("the empty impl", &Plain, Unknown, FAILURE);
    let by_hand = ByHand(limited());
    table.row("by hand: unsent as its rejection", &by_hand, Unknown, UNSENT);
    table.row("derive: nothing said", &ScoutError::Unreadable, Unknown, FAILURE);
    table.row("derive: unsent", &ScoutError::Offline, Network, UNSENT);
    table.row("derive: not retried", &ScoutError::Gone, Server, Answers(true, false, false));

    let headers = |name: &'static str, value: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().expect("a header"));
        headers
    };
    let status = |code, headers| ScoutError::Status { code, headers };
    let busy = status(StatusCode::TOO_MANY_REQUESTS, headers("retry-after", "2"));
    table.waiting("derive: status and headers", &busy, RateLimit, PATIENCE, 2000);
    let past = headers("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT");
    let busy = status(StatusCode::SERVICE_UNAVAILABLE, past);
    table.waiting("derive: a date in the past", &busy, Server, FAILURE, 0);
    let missing = status(StatusCode::NOT_FOUND, HeaderMap::new());
    table.row("derive: status alone", &missing, Client, FAULT);
    let fine = status(StatusCode::OK, HeaderMap::new());
    table.row("derive: a status that is no error", &fine, Unknown, FAILURE);

    let second = Duration::from_secs(1);
    table.waiting("derive: a time", &ScoutError::Busy(second), RateLimit, PATIENCE, 1000);
    let restarting = ScoutError::Restarting(Some(second));
    table.waiting("derive: a time, perhaps", &restarting, Server, PATIENCE, 1000);
    table.row("derive: no time", &ScoutError::Restarting(None), Server, PATIENCE);

    table.row("derive: asks io", &ScoutError::Io(refused()), Network, UNSENT);
    let rejected = ScoutError::Rejected(open());
    table.row("derive: asks a rejection", &rejected, Server, UNSENT_FAULT);
    assert_eq!(rejected.rejection(), Some(&open()));
    let other = ScoutError::Other(limited().into());
    table.waiting("derive: asks a box", &other, RateLimit, UNSENT_PATIENCE, 1000);
    let built = reqwest::Client::new().get("no address").build().expect_err("no request");
    table.row("derive: asks reqwest", &ScoutError::Http(built), Client, UNSENT_FAULT);
}
