//! reqwest, hyper, http and tonic: against listeners on loopback that say what they are told.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use hyper_util::rt::TokioIo;
use resilient_runtime::ErrorKind;
use tonic::{Code, Status, metadata::MetadataMap};

use super::{
    plain::{Boxed, NoData, refused},
    table::{FAILURE, FAULT, PATIENCE, Table, UNSENT, UNSENT_FAULT},
};

/// Answers each of so many connections with `answer`, whatever is asked.
fn server(answer: impl Into<Vec<u8>>, connections: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let (address, answer) = (listener.local_addr().expect("an address"), answer.into());
    std::thread::spawn(move || {
        for stream in listener.incoming().take(connections) {
            let mut stream = stream.expect("a connection");
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).expect("a request");
                request.extend(byte);
            }
            stream.write_all(&answer).expect("somebody listens");
        }
    });
    address
}

fn runtime(paused: bool) -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().start_paused(paused).build().expect("a runtime")
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

/// The error of one request, from its sending to the reading of its answer.
fn get(address: impl std::fmt::Display) -> reqwest::Error {
    let request = client().get(format!("http://{address}/"));
    let answer = async { request.send().await?.error_for_status()?.json::<u32>().await };
    runtime(false).block_on(answer).expect_err("a failure")
}

pub(crate) fn rows(table: &mut Table) {
    statuses(table);
    requests(table);
    hypers(table);
    codes(table);
    grpc(table);
}

fn statuses(table: &mut Table) {
    use ErrorKind::{Auth, Client, RateLimit, Server, Timeout};
    for (status, kind, answers) in [
        (400, Client, FAULT),
        (401, Auth, FAULT),
        (403, Auth, FAULT),
        (404, Client, FAULT),
        (408, Timeout, FAILURE),
        (429, RateLimit, PATIENCE),
        (500, Server, FAILURE),
        (503, Server, FAILURE),
        (504, Timeout, FAILURE),
    ] {
        let answer = format!("HTTP/1.1 {status} \r\ncontent-length: 0\r\n\r\n");
        table.row(&format!("reqwest: {status}"), &get(server(answer, 1)), kind, answers);
    }
}

fn requests(table: &mut Table) {
    use ErrorKind::{Client, Network, Server, Timeout};
    let nobody = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let nobody = nobody.expect("a port");
    table.row("reqwest: refused", &get(nobody), Network, UNSENT);
    table.row("reqwest: refused, boxed", &Boxed::from(NoData(get(nobody))), Network, UNSENT);
    table.row("reqwest: refused, anyhow", &anyhow::Error::new(get(nobody)), Network, UNSENT);
    let broken = runtime(false).block_on(client().get("no address").send());
    table.row("reqwest: no address", &broken.expect_err("no request"), Client, UNSENT_FAULT);
    let garbage = get(server("HTTP/1.1 200 \r\ncontent-length: 2\r\n\r\n{]", 1));
    table.row("reqwest: not what was asked for", &garbage, Server, FAILURE);
    let cut = get(server("HTTP/1.1 200 \r\ncontent-length: 9\r\n\r\n12", 1));
    table.row("reqwest: cut off in the answer", &cut, Network, FAILURE);
    table.row("reqwest: closed at once", &get(server("", 1)), Network, FAILURE);
    table.row("reqwest: no HTTP", &get(server("SSH-2.0\r\n\r\n", 1)), Server, FAILURE);
    let circle = "HTTP/1.1 302 \r\nlocation: /\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    table.row("reqwest: in a circle", &get(server(circle, 11)), Server, FAILURE);
    // It accepts, and never answers; on a paused clock the time is up at once.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("an address");
    let late = runtime(true).block_on(async {
        client().get(format!("http://{address}/")).timeout(Duration::from_secs(5)).send().await
    });
    table.row("reqwest: timed out", &late.expect_err("no answer"), Timeout, FAILURE);
}

fn hypers(table: &mut Table) {
    use ErrorKind::{Client, Network, Server};
    let ask = |answer: &str| {
        let address = server(answer, 1);
        let asked = runtime(false).block_on(async {
            let stream = tokio::net::TcpStream::connect(address).await.expect("a connection");
            let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream));
            let (mut sender, connection) = handshake.await.expect("a handshake");
            tokio::spawn(connection);
            sender.send_request(http::Request::new(String::new())).await
        });
        asked.expect_err("a failure")
    };
    table.row("hyper: no HTTP", &ask("SSH-2.0\r\n\r\n"), Server, FAILURE);
    table.row("hyper: closed at once", &ask(""), Network, FAILURE);
    let built = http::Request::builder().header("\n", "").body(()).expect_err("no header");
    table.row("http: no request", &built, Client, UNSENT_FAULT);
}

fn codes(table: &mut Table) {
    use ErrorKind::{Auth, Client, RateLimit, Server, Timeout, Unknown};
    for (code, kind, answers) in [
        (Code::Cancelled, Unknown, FAILURE),
        (Code::Unknown, Unknown, FAILURE),
        (Code::InvalidArgument, Client, FAULT),
        (Code::DeadlineExceeded, Timeout, FAILURE),
        (Code::NotFound, Client, FAULT),
        (Code::AlreadyExists, Client, FAULT),
        (Code::PermissionDenied, Auth, FAULT),
        (Code::ResourceExhausted, RateLimit, PATIENCE),
        (Code::FailedPrecondition, Client, FAULT),
        (Code::Aborted, Client, FAULT),
        (Code::OutOfRange, Client, FAULT),
        (Code::Unimplemented, Client, FAULT),
        (Code::Internal, Server, FAILURE),
        (Code::Unavailable, Server, FAILURE),
        (Code::DataLoss, Server, FAILURE),
        (Code::Unauthenticated, Auth, FAULT),
    ] {
        table.row(&format!("tonic: {code:?}"), &Status::new(code, ""), kind, answers);
    }
}

fn grpc(table: &mut Table) {
    use ErrorKind::{Client, Network, RateLimit, Server, Timeout};
    let connect = tonic::ConnectError(Box::new(refused()));
    table.row("tonic: refused", &Status::from_error(Box::new(connect)), Network, UNSENT);
    let expired = Status::from_error(Box::new(tonic::TimeoutExpired(())));
    table.row("tonic: timed out", &expired, Timeout, FAILURE);
    let io = Status::from_error(Box::new(refused()));
    table.row("tonic: unknown, refused inside", &io, Network, UNSENT);

    let pushback = |code, wait: &str| {
        let mut metadata = MetadataMap::new();
        metadata.insert("grpc-retry-pushback-ms", wait.parse().expect("a header"));
        Status::with_metadata(code, "", metadata)
    };
    let busy = pushback(Code::ResourceExhausted, "250");
    table.waiting("tonic: pushed back", &busy, RateLimit, PATIENCE, 250);
    let never = pushback(Code::Unavailable, "-1");
    table.row(
        "tonic: pushed back for good",
        &never,
        Server,
        super::table::Answers(true, false, false),
    );

    // A `google.rpc.Status` whose one detail is a `RetryInfo` of three seconds.
    let mut details =
        b"\x1a\x30\x0a\x28type.googleapis.com/google.rpc.RetryInfo\x12\x04\x0a\x02\x08\x03"
            .to_vec();
    let asked = |code, details: &[u8]| Status::with_details(code, "", details.to_vec().into());
    let busy = asked(Code::ResourceExhausted, &details);
    table.waiting("tonic: retry info", &busy, RateLimit, PATIENCE, 3000);
    let conflict = asked(Code::Aborted, &details);
    table.waiting("tonic: aborted, with retry info", &conflict, Client, PATIENCE, 3000);
    details.truncate(20);
    table.row(
        "tonic: half a retry info",
        &asked(Code::ResourceExhausted, &details),
        RateLimit,
        PATIENCE,
    );
}
