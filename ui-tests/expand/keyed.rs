use resilient_runtime::{Classify, ErrorKind, Failure, Rejection, resilient};

/// Files of many hosts, each of which has a breaker of its own.
#[resilient(
    breaker(threshold = 0.5, window = "30s", min_calls = 10, key = url.host(), ignore = FetchError::Missing),
    retry(max = 2, on = FetchError::Status(500..)),
    cache(memory = "5m", key = url.text),
    fallback = nothing
)]
pub trait Files {
    async fn fetch(&self, url: &Url) -> Result<Vec<u8>, FetchError>;

    #[resilient(cache = off, breaker(key = host))]
    async fn size(&self, host: &str, path: String) -> Result<u64, FetchError>;
}

pub struct Url {
    pub text: String,
}

impl Url {
    pub fn host(&self) -> &str {
        self.text.split('/').next().unwrap_or_default()
    }
}

#[derive(Debug)]
pub enum FetchError {
    Status(u16),
    Missing,
    Rejected(Rejection),
}

impl From<Rejection> for FetchError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl Classify for FetchError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Rejected(rejection) => rejection.kind(),
            _ => ErrorKind::Server,
        }
    }
}

async fn nothing<T: Default>(failure: Failure<FetchError>) -> Result<T, FetchError> {
    match failure.error {
        FetchError::Missing => Ok(T::default()),
        error => Err(error),
    }
}
