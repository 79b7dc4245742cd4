//! A client as a user writes it, with everything that the attribute offers.

use std::{io, time::Duration};

use resilient_runtime::{
    resilient,
    serde::{Deserialize, Serialize},
    Classify, ErrorKind, Failure, Rejection,
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
