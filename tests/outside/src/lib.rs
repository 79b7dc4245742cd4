//! A client as a user writes it, with everything that the attribute offers.

pub mod positions;

use std::{io, time::Duration};

use resilient_runtime::{
    resilient,
    serde::{Deserialize, Serialize},
    Classify, ErrorKind, Failure, Rejection, Retrying, Tier,
};

/// What things cost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(crate = "resilient_runtime::serde")]
pub struct Market {
    /// The price of a divine orb in chaos orbs.
    pub divine: u32,
}

/// Why there are no prices.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScoutError {
    /// The service answered with an error.
    #[error("status {0}")]
    Status(u16),
    /// A policy ended the call.
    #[error(transparent)]
    Rejected(#[from] Rejection),
}

impl Classify for ScoutError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Status(status) => ErrorKind::from_http_status(*status).unwrap_or_default(),
            Self::Rejected(rejection) => rejection.kind(),
        }
    }

    fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Rejected(rejection) => Some(rejection),
            Self::Status(_) => None,
        }
    }
}

/// The prices of a league.
#[resilient(
    service = "poe2_scout",
    breaker(threshold = 3, recovery = "60s"),
    retry(max = 3, backoff = 2.0),
    rate = 0.5,
    cache(memory = "5m", disk = "30m"),
    fallback = scout_fallback,
)]
pub trait ScoutApi {
    /// What things cost.
    async fn market_data(&self, league: &str) -> Result<Market, ScoutError>;

    /// What is played.
    #[resilient(cache = off, timeout = "2s")]
    async fn build_trends(&self) -> Result<Vec<String>, ScoutError>;
}

/// Nothing costs anything.
///
/// # Errors
///
/// None.
pub async fn scout_fallback<T: Default + Send>(
    failure: Failure<ScoutError>,
) -> Result<T, ScoutError> {
    drop(failure);
    Ok(T::default())
}

/// Every other shape.
#[resilient(timeout(attempt = "1s", call = "5s"), retry(max = 2, base = "10ms"))]
pub trait Everything<K>
where
    K: Clone + Send + Sync,
{
    /// What is found.
    type Row: Send;
    /// Why nothing is.
    type Error: From<Rejection> + Classify + Send;
    /// How much is.
    const LIMIT: usize;

    /// Finds something.
    async fn find(&self, key: K) -> Result<Self::Row, Self::Error>;

    /// Changes something.
    async fn change(&mut self, key: &K, log: &mut Vec<u8>) -> io::Result<()>;

    /// Has a body.
    async fn ping(&self) -> io::Result<Duration> {
        Ok(Duration::ZERO)
    }

    /// Is passed through.
    #[resilient(skip)]
    fn name(&self) -> &str;
}

/// Files on many hosts.
#[resilient(
    breaker(
        threshold = 0.5,
        window = "30s",
        min_calls = 10,
        recovery_factor = 2.0,
        max_recovery = "10m",
        recovery_jitter = 0.1,
        slow = "2s",
        slow_rate = 0.9,
        on = ScoutError::Status(500..=599) | ScoutError::Rejected(Rejection::TimedOut { .. }),
        ignore = ScoutError::Status(404),
        failure_if = Vec::is_empty,
        scope = method,
        key = url.host(),
    ),
    retry(
        max = 4,
        base = "10ms",
        backoff = patience,
        within = "30s",
        except = ScoutError::Status(code) if *code == 501,
        when = is_transient,
        retry_if = Vec::is_empty,
        hook = note,
        budget = 0.1,
    ),
    timeout(tier = DOWNLOADS, call = "1m", adaptive(percentile = p99, max = "20s")),
    bulkhead(adaptive = vegas, max = 100, wait = "1s", queue = 50),
    hedge(after = p95, max = 2),
    cache(memory = "1m", key = url.text),
    fallback(|failure| async move { drop(failure); Ok(Vec::from(url.text)) }),
)]
pub trait Files {
    /// What is at a place.
    async fn fetch(&self, url: Url, limit: usize) -> Result<Vec<u8>, ScoutError>;

    /// What a search finds.
    #[resilient(
        breaker(key = host, per = call),
        cache = off,
        fallback = off,
        timeout(tier = database),
        retry(backoff = adaptive),
        hedge = "50ms"
    )]
    async fn find<Q: Into<String> + Clone + Send>(
        &self,
        host: &str,
        query: Q,
    ) -> Result<Vec<u8>, ScoutError>;

    /// What there is to change.
    #[resilient(
        hedge = off,
        cache = off,
        fallback = off,
        breaker = off,
        bulkhead = 3,
        retry(idempotent = false, jitter = full)
    )]
    async fn change(&mut self, log: &mut Vec<u8>) -> Result<Vec<u8>, ScoutError>;
}

/// How long a download may take.
pub const DOWNLOADS: Tier = Tier::new("downloads", Duration::from_secs(10)).growth(1.5);

/// A place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    /// As it is written.
    pub text: String,
}

impl Url {
    /// The host alone.
    #[must_use]
    pub fn host(&self) -> &str {
        self.text.split('/').next().unwrap_or_default()
    }
}

/// Whether another attempt may succeed.
#[must_use]
pub const fn is_transient(error: &ScoutError) -> bool {
    matches!(error, ScoutError::Status(503))
}

/// A little longer each time.
#[must_use]
pub const fn patience(attempt: u32) -> Duration {
    Duration::from_millis(10).saturating_mul(attempt)
}

const fn note(retrying: &Retrying<'_, ScoutError>) {
    let _ = retrying.delay;
}

#[resilient(breaker(threshold = 1))]
trait Private {
    async fn get(&self) -> Result<u8, ScoutError>;
}

struct Client;

impl Private for Client {
    async fn get(&self) -> Result<u8, ScoutError> {
        Ok(1)
    }
}

/// The one number.
///
/// # Errors
///
/// When the breaker is open.
pub async fn private() -> Result<u8, ScoutError> {
    ResilientPrivate::new(Client).get().await
}
