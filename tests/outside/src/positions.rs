//! Everywhere else that the attribute can stand.

use std::{fs, future::Future, pin::Pin, time::Duration};

use resilient_runtime::{resilient, Failure};

use crate::{Market, ScoutError};

/// A client without a trait.
#[derive(Debug)]
pub struct HttpScout {
    url: String,
    asked: u32,
}

#[resilient(
    service = "http_scout",
    breaker(threshold = 3, recovery = "60s"),
    retry(max = 3, backoff = Self::delay),
    cache(memory = "5m", key = (&self.url, league)),
)]
impl HttpScout {
    /// A client of the server at `url`.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self { url: url.to_owned(), asked: 0 }
    }

    fn delay(attempt: u32) -> Duration {
        Duration::from_millis(u64::from(attempt))
    }

    /// What things cost.
    ///
    /// # Errors
    ///
    /// What the service answers.
    pub async fn market_data(&self, league: &str) -> Result<Market, ScoutError> {
        if league.is_empty() {
            return Err(ScoutError::Status(404));
        }
        let length = u32::try_from(self.url.len()).map_err(|_| ScoutError::Status(500))?;
        Ok(Market { divine: length })
    }

    /// Counts.
    ///
    /// # Errors
    ///
    /// What the service answers.
    #[resilient(cache = off)]
    pub async fn count(
        &mut self,
        (by, twice): (u32, bool),
        mut log: Vec<u32>,
    ) -> Result<u32, ScoutError> {
        self.asked += if twice { by * 2 } else { by };
        log.push(self.asked);
        Ok(log.into_iter().sum())
    }

    /// Returns a future.
    #[resilient(cache = off)]
    pub fn later(&self, by: String) -> impl Future<Output = Result<usize, ScoutError>> + Send + '_ {
        let length = self.url.len();
        async move { Ok(by.len() + length) }
    }

    /// Returns a boxed future.
    #[resilient(cache = off, hedge = "1s")]
    pub fn boxed(
        &self,
        by: String,
    ) -> Pin<Box<dyn Future<Output = Result<usize, ScoutError>> + Send + '_>> {
        Box::pin(async move { Ok(by.len() + self.url.len()) })
    }

    /// Counts, on this thread.
    ///
    /// # Errors
    ///
    /// What the service answers.
    #[resilient(cache = off)]
    pub fn count_here(&mut self, by: u32) -> Result<u32, ScoutError> {
        self.asked += by;
        Ok(self.asked)
    }
}

/// Something that can be asked.
pub trait Ask {
    /// What it answers.
    type Answer;

    /// Asks it.
    fn ask(&self, what: &str) -> impl Future<Output = Result<Self::Answer, ScoutError>> + Send;
}

#[resilient(service = "http_scout_ask", retry = 2, timeout(attempt = "2s", call = "10s"))]
impl Ask for HttpScout {
    type Answer = usize;

    async fn ask(&self, what: &str) -> Result<Self::Answer, ScoutError> {
        Ok(self.url.len() + what.len())
    }
}

/// Fetches a page.
///
/// # Errors
///
/// What the service answers.
#[resilient(service = "pages", retry = 3, rate = 10, cache = "1m", hedge = "50ms")]
pub async fn fetch(host: String, page: u32) -> Result<String, ScoutError> {
    Ok(format!("{host}/{page}"))
}

/// Reads a file.
///
/// # Errors
///
/// Where it cannot be read.
#[resilient(service = "files", retry = 2, bulkhead = 4, fallback = nothing)]
pub fn read(path: &str) -> Result<String, ScoutError> {
    fs::read_to_string(path).map_err(|_| ScoutError::Status(404))
}

fn nothing(failure: Failure<ScoutError>) -> Result<String, ScoutError> {
    if failure.attempts > 1 {
        Ok(String::new())
    } else {
        Err(failure.error)
    }
}

/// A trait of methods that block, or return futures of their own.
#[resilient(service = "store", retry = 2, cache = "1m")]
pub trait Store {
    /// Gets a value.
    ///
    /// # Errors
    ///
    /// Where there is none.
    fn get(&self, key: &str) -> Result<u32, ScoutError>;

    /// Gets a value later.
    fn later<'a>(
        &'a self,
        key: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<u32, ScoutError>> + Send + 'a>>;

    /// Gets a value without a box.
    fn unboxed(&self, key: u32) -> impl Future<Output = Result<u32, ScoutError>> + Send;

    /// What it is called.
    fn name(&self) -> &str;
}

/// Arguments that are not used.
pub trait Ignoring {
    /// Answers.
    ///
    /// # Errors
    ///
    /// What the service answers.
    fn answer(&self, league: String, request: Request) -> Result<u32, ScoutError>;
}

/// A request that can be sent once.
#[derive(Debug)]
pub struct Request;

/// Answers by itself.
#[derive(Debug)]
pub struct Constant;

#[resilient(service = "constants", retry(max = 2, base = "10ms"))]
impl Ignoring for Constant {
    fn answer(&self, _league: String, _: Request) -> Result<u32, ScoutError> {
        Ok(1)
    }
}

#[resilient(service = "cached_constants", cache(memory = "5m", shared))]
impl Constant {
    /// Answers.
    ///
    /// # Errors
    ///
    /// What the service answers.
    pub async fn of(&self, _league: &str, _limit: u32) -> Result<u32, ScoutError> {
        use std::sync::atomic::{AtomicU32, Ordering};
        static ASKED: AtomicU32 = AtomicU32::new(0);
        Ok(ASKED.fetch_add(1, Ordering::Relaxed))
    }
}

/// One whose callers may be anybody, or nobody.
#[resilient(service = "unused_constants", retry(max = 2, base = "10ms"))]
#[allow(dead_code)]
impl Constant {
    async fn nobody(&self, _log: Vec<u32>) -> Result<u32, ScoutError> {
        Ok(1)
    }
}

#[resilient(service = "absent_constants", retry(max = 2, base = "10ms"))]
impl Constant {
    /// Is not there.
    #[cfg(any())]
    pub async fn absent(&self) -> Result<u32, ScoutError> {
        Ok(1)
    }
}

/// Arguments that an implementation may use.
#[resilient(cache = "5m", retry(max = 2, base = "10ms"))]
pub trait Unnamed {
    /// Answers.
    async fn answer(&self, _league: &str, _limit: u32) -> Result<u32, ScoutError>;
}
