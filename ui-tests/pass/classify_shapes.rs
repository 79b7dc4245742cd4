//! Every shape that an error type has, and everything that can be said of it.
#![deny(warnings)]

use std::{collections::HashMap, sync::Arc, time::Duration};

use resilient_runtime::{Classify, ErrorKind, Rejection};

#[derive(Classify)]
struct Unit;

#[derive(Classify)]
#[class(timeout, retry = false, count = false, unsent)]
struct Late;

#[derive(Classify)]
#[class(delegate)]
struct Newtype(Rejection);

#[derive(Classify)]
struct Marked {
    #[class(delegate)]
    source: Box<dyn std::error::Error + Send + Sync>,
    _page: u32,
}

#[derive(Classify)]
#[class(status = r#type, retry_after = wait)]
struct Status<'a> {
    r#type: i64,
    wait: Option<Duration>,
    _text: &'a str,
}

#[derive(Classify)]
enum Never {}

#[derive(Classify)]
enum Plain {
    A,
    B(u8),
    C { _c: u8 },
}

#[derive(Classify)]
#[class(client)]
enum Generic<T, S: Copy, const N: usize>
where
    T: Send,
{
    #[class(delegate)]
    Wrapped(T),
    #[class(delegate)]
    Shared(Arc<T>),
    #[class(status = 1, retry_after = 2)]
    Status(HashMap<u8, [u8; N]>, S, Duration),
    #[class(unknown)]
    Empty {},
    Usual(),
}

#[derive(Classify)]
enum Nested {
    #[class(delegate)]
    Inner(Box<Nested>),
    #[class(auth, unsent = true)]
    Login,
}

#[derive(Classify)]
enum Qualified {
    #[class(delegate, retry = false)]
    Tree(<Vec<std::io::Error> as IntoIterator>::Item),
}

macro_rules! error {
    ($name:ident, $kind:ident, $ty:ty) => {
        #[derive(Classify)]
        enum $name {
            #[class($kind)]
            One,
            #[class(delegate)]
            Other($ty),
            #[class(delegate)]
            Named { error: $ty },
        }
    };
}
error!(Made, rate_limit, std::io::Error);

fn main() {
    let _ = |open: Rejection| Newtype(open).is_unsent();
    assert_eq!(Unit.kind(), ErrorKind::Unknown);
    assert_eq!(Late.kind(), ErrorKind::Timeout);
    assert!(!Late.is_retryable() && !Late.counts_as_failure() && Late.is_unsent());
    let marked = Marked { source: "text".into(), _page: 1 };
    assert_eq!(marked.kind(), ErrorKind::Unknown);
    let status = Status { r#type: 503, wait: Some(Duration::from_secs(1)), _text: "" };
    assert_eq!(status.kind(), ErrorKind::Server);
    assert_eq!(status.retry_after(), Some(Duration::from_secs(1)));
    let _ = |never: Never| never.kind();
    for plain in [Plain::A, Plain::B(1), Plain::C { _c: 1 }] {
        assert_eq!(plain.kind(), ErrorKind::Unknown);
    }
    type Both = Generic<std::io::Error, u16, 2>;
    let refused = || std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
    for (error, kind) in [
        (Both::Wrapped(refused()), ErrorKind::Network),
        (Both::Shared(Arc::new(refused())), ErrorKind::Network),
        (Both::Status(HashMap::new(), 429, Duration::ZERO), ErrorKind::RateLimit),
        (Both::Empty {}, ErrorKind::Unknown),
        (Both::Usual(), ErrorKind::Client),
    ] {
        assert_eq!(error.kind(), kind);
    }
    assert!(Nested::Inner(Box::new(Nested::Login)).is_unsent());
    assert!(!Qualified::Tree(refused()).is_retryable());
    for made in [Made::One, Made::Other(refused()), Made::Named { error: refused() }] {
        assert!(made.is_retryable());
    }
}
