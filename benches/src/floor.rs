//! The floor: what somebody would write who needs exactly this, knows how, and has nobody else to please. One clock read for
//! a call that needs the time, a timer only once an operation is pending, counters, no names, no events.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        LazyLock, Mutex, PoisonError,
        atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    task::Poll,
    time::{Duration, Instant},
};

use tokio::time::{Sleep, sleep};

use crate::work::Fault;

/// Why a call got no answer.
#[derive(Debug)]
pub enum Refused {
    /// The breaker is open.
    Open,
    /// No token was there.
    Limited,
    /// No place was free.
    Full,
    /// It took too long.
    Late,
    /// The operation's own.
    Failed(Fault),
}

static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Nanoseconds since the first look.
#[inline]
pub fn now() -> u64 {
    u64::try_from(BEGAN.elapsed().as_nanos()).expect("not for centuries")
}

const RECOVERY: u64 = 60_000_000_000;

/// Opens after so many failures in a row.
#[derive(Debug)]
pub struct Consecutive {
    threshold: u32,
    failures: AtomicU32,
    /// 0 while it is closed.
    open_until: AtomicU64,
}

impl Consecutive {
    /// Closed.
    pub fn new(threshold: u32) -> Self {
        Self { threshold, failures: AtomicU32::new(0), open_until: AtomicU64::new(0) }
    }

    /// Opens it.
    pub fn open(&self) {
        self.open_until.store(now() + RECOVERY, Relaxed);
    }

    /// Refuses while it is open.
    #[inline]
    pub fn admit(&self) -> Result<(), Refused> {
        admit(&self.open_until)
    }

    /// Takes note of a result.
    #[inline]
    pub fn record(&self, succeeded: bool) {
        if succeeded {
            // A success that changes nothing only reads.
            if self.failures.load(Relaxed) != 0 {
                self.failures.store(0, Relaxed);
            }
            if self.open_until.load(Relaxed) != 0 {
                self.open_until.store(0, Relaxed);
            }
        } else if self.failures.fetch_add(1, Relaxed) + 1 >= self.threshold {
            self.open();
        }
    }
}

/// One probe for each time that it was open.
#[inline]
fn admit(open_until: &AtomicU64) -> Result<(), Refused> {
    let until = open_until.load(Relaxed);
    if until == 0 {
        return Ok(());
    }
    let now = now();
    let probes = now >= until
        && open_until.compare_exchange(until, now + RECOVERY, Relaxed, Relaxed).is_ok();
    if probes { Ok(()) } else { Err(Refused::Open) }
}

/// Opens where half of the last 50 calls failed (or a share of them).
#[derive(Debug)]
pub struct Rate {
    most: u32,
    window: Mutex<Window>,
    open_until: AtomicU64,
}

#[derive(Debug, Default)]
struct Window {
    failed: u64,
    calls: u32,
}

const WINDOW: u32 = 50;

impl Rate {
    /// Closed; opens at so many failures in the window.
    pub fn new(most: u32) -> Self {
        Self { most, window: Mutex::default(), open_until: AtomicU64::new(0) }
    }

    /// Refuses while it is open.
    #[inline]
    pub fn admit(&self) -> Result<(), Refused> {
        admit(&self.open_until)
    }

    /// Takes note of a result.
    #[inline]
    pub fn record(&self, succeeded: bool) {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        window.failed = (window.failed << 1 | u64::from(!succeeded)) & ((1 << WINDOW) - 1);
        window.calls = (window.calls + 1).min(WINDOW);
        if window.calls == WINDOW && window.failed.count_ones() >= self.most {
            *window = Window::default();
            self.open_until.store(now() + RECOVERY, Relaxed);
        }
    }
}

/// Tokens by the generic cell rate algorithm.
#[derive(Debug)]
pub struct Bucket {
    /// Nanoseconds for a token, and for as many as may leave at once.
    token: u64,
    burst: u64,
    /// When the next token is due.
    due: AtomicU64,
}

impl Bucket {
    /// Full.
    pub fn new(token: u64, burst: u64) -> Self {
        Self { token, burst: burst * token, due: AtomicU64::new(0) }
    }

    /// Refuses where there is no token.
    #[inline]
    pub fn take(&self, now: u64) -> Result<(), Refused> {
        let mut due = self.due.load(Relaxed);
        loop {
            let next = due.max(now) + self.token;
            if next > now + self.burst {
                return Err(Refused::Limited);
            }
            match self.due.compare_exchange_weak(due, next, Relaxed, Relaxed) {
                Ok(_) => return Ok(()),
                Err(newer) => due = newer,
            }
        }
    }
}

/// So many at once.
#[derive(Debug)]
pub struct Places {
    most: usize,
    taken: AtomicUsize,
}

/// One of the places, until it is dropped.
#[derive(Debug)]
pub struct Place<'p>(&'p AtomicUsize);

impl Drop for Place<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Places {
    /// All free.
    pub fn new(most: usize) -> Self {
        Self { most, taken: AtomicUsize::new(0) }
    }

    /// Refuses where all are taken.
    #[inline]
    pub fn enter(&self) -> Result<Place<'_>, Refused> {
        let before = self.taken.fetch_add(1, Relaxed);
        let place = Place(&self.taken);
        if before < self.most { Ok(place) } else { Err(Refused::Full) }
    }
}

/// An operation for no longer than it may take.
pub async fn in_time<T>(
    limit: Duration,
    operation: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Refused> {
    let mut operation = pin!(operation);
    let mut timer = pin!(None::<Sleep>);
    poll_fn(|cx| {
        if let Poll::Ready(answer) = operation.as_mut().poll(cx) {
            return Poll::Ready(answer.map_err(Refused::Failed));
        }
        if timer.is_none() {
            timer.set(Some(sleep(limit)));
        }
        let sleep = timer.as_mut().as_pin_mut().expect("it was made");
        sleep.poll(cx).map(|()| Err(Refused::Late))
    })
    .await
}

/// Tries again, up to three times in all.
pub async fn retried<T>(
    mut operation: impl AsyncFnMut() -> Result<T, Refused>,
) -> Result<T, Refused> {
    let mut pause = Duration::from_secs(1);
    for _ in 0..2 {
        match operation().await {
            Err(Refused::Failed(Fault::Down) | Refused::Late) => {
                sleep(pause).await;
                pause *= 2;
            }
            settled => return settled,
        }
    }
    operation().await
}

/// All five, and counters.
#[derive(Debug)]
pub struct Stack {
    breaker: Consecutive,
    bucket: Bucket,
    places: Places,
    calls: AtomicU64,
    successes: AtomicU64,
    failures: AtomicU64,
}

impl Default for Stack {
    fn default() -> Self {
        Self {
            breaker: Consecutive::new(5),
            bucket: Bucket::new(10, 100_000_000),
            places: Places::new(10),
            calls: AtomicU64::new(0),
            successes: AtomicU64::new(0),
            failures: AtomicU64::new(0),
        }
    }
}

impl Stack {
    /// Bulkhead, then for each attempt breaker, rate and timeout.
    pub async fn call<T>(
        &self,
        mut operation: impl AsyncFnMut() -> Result<T, Fault>,
    ) -> Result<T, Refused> {
        self.calls.fetch_add(1, Relaxed);
        let answer = match self.places.enter() {
            Ok(_place) => {
                retried(async || {
                    self.breaker.admit()?;
                    self.bucket.take(now())?;
                    let answer = in_time(Duration::from_secs(1), operation()).await;
                    self.breaker.record(answer.is_ok());
                    answer
                })
                .await
            }
            Err(full) => Err(full),
        };
        let counter = if answer.is_ok() { &self.successes } else { &self.failures };
        counter.fetch_add(1, Relaxed);
        answer
    }
}
