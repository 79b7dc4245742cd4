//! The service behind every decorator: it answers, errs, hangs and panics by the number of the request, so that one
//! seed makes one series.

use std::{
    cell::Cell,
    panic::resume_unwind,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use resilient_runtime::{Classify, ErrorKind, Rejection};
use serde::{Deserialize, Serialize};

use crate::diary::Diary;

tokio::task_local! {
    /// How many requests the call of this caller has sent.
    pub(crate) static REACHED: Cell<u32>;
}

/// How long the weather stays as it is.
const SPELL: Duration = Duration::from_millis(100);

/// The error of every service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    Plain(ErrorKind),
    /// Asked for patience.
    Busy(Duration),
    Rejected(Rejection),
}

impl From<Rejection> for Trouble {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl Classify for Trouble {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Plain(kind) => *kind,
            Self::Busy(_) => ErrorKind::RateLimit,
            Self::Rejected(rejection) => rejection.kind(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy(after) => Some(*after),
            _ => None,
        }
    }

    fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Rejected(rejection) => Some(rejection),
            _ => None,
        }
    }
}

/// What every service answers: what was asked for, in so many words that a leak of one would show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answer {
    key: u64,
    text: String,
}

impl Answer {
    pub(crate) fn to(key: u64) -> Self {
        Self { key, text: "all is well ".repeat(usize::try_from(key % 32).unwrap_or(0)) }
    }
}

/// What a method that panics leaves behind: no message, and no trace to be made for it.
pub(crate) struct Planned;

enum Act {
    Answer,
    Yield,
    Slow(Duration),
    Hang,
    Fail(Trouble),
    Panic,
}

/// Clones are one service.
#[derive(Debug, Clone)]
pub(crate) struct Moody(Arc<Mood>);

#[derive(Debug)]
struct Mood {
    seed: u64,
    since: Instant,
    well: AtomicBool,
    under_way: AtomicU64,
}

/// A request that is under way, until it ends or is dropped.
struct UnderWay<'m>(&'m AtomicU64);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Moody {
    pub(crate) fn new(seed: u64) -> Self {
        let (well, under_way) = (AtomicBool::new(false), AtomicU64::new(0));
        Self(Arc::new(Mood { seed, since: Instant::now(), well, under_way }))
    }

    /// Whether it answers everything at once, and well.
    pub(crate) fn be_well(&self, well: bool) {
        self.0.well.store(well, Relaxed);
    }

    /// Requests that have not ended.
    pub(crate) fn under_way(&self) -> u64 {
        self.0.under_way.load(Relaxed)
    }

    pub(crate) async fn answer(&self, diary: &Diary, key: u64) -> Result<Answer, Trouble> {
        let (act, _under_way) = self.begin(diary);
        match act {
            Act::Answer => {}
            Act::Yield => tokio::task::yield_now().await,
            Act::Slow(time) => tokio::time::sleep(time).await,
            Act::Hang => std::future::pending().await,
            Act::Fail(trouble) => return Err(trouble),
            Act::Panic => resume_unwind(Box::new(Planned)),
        }
        Ok(Answer::to(key))
    }

    /// The same for a caller that blocks: what would hang for ever is late, for nothing could cut it short.
    pub(crate) fn answer_blocking(&self, diary: &Diary, key: u64) -> Result<Answer, Trouble> {
        let (act, _under_way) = self.begin(diary);
        match act {
            Act::Answer => {}
            Act::Yield => std::thread::yield_now(),
            Act::Slow(time) => std::thread::sleep(time),
            Act::Hang => std::thread::sleep(2 * crate::worlds::ATTEMPT),
            Act::Fail(trouble) => return Err(trouble),
            Act::Panic => resume_unwind(Box::new(Planned)),
        }
        Ok(Answer::to(key))
    }

    fn begin(&self, diary: &Diary) -> (Act, UnderWay<'_>) {
        let number = diary.request();
        // A refresh in the background is nobody's call.
        let _ = REACHED.try_with(|reached| reached.set(reached.get() + 1));
        self.0.under_way.fetch_add(1, Relaxed);
        (self.act(number), UnderWay(&self.0.under_way))
    }

    fn act(&self, number: u64) -> Act {
        if self.0.well.load(Relaxed) {
            return Act::Answer;
        }
        let dice = mixed(self.0.seed ^ number);
        let spell = self.0.since.elapsed().as_millis() / SPELL.as_millis();
        // One spell of weather in six is bad.
        let down = mixed(self.0.seed ^ u64::try_from(spell).unwrap_or(0)).is_multiple_of(6);
        let millis = Duration::from_millis;
        match dice % 1_000 {
            0 | 1 => Act::Hang,
            2..20 => Act::Slow(millis(dice >> 32 & 15)),
            20..22 => Act::Panic,
            22..30 => Act::Fail(Trouble::Busy(millis(dice >> 32 & 1))),
            30..40 => Act::Fail(Trouble::Plain(ErrorKind::Client)),
            40..45 => Act::Fail(Trouble::Plain(ErrorKind::Auth)),
            45..50 => Act::Fail(Trouble::Plain(ErrorKind::Timeout)),
            50..55 => Act::Fail(Trouble::Plain(ErrorKind::Unknown)),
            55..60 => Act::Fail(Trouble::Plain(ErrorKind::RateLimit)),
            60..200 => Act::Yield,
            200..800 if down => Act::Fail(Trouble::Plain(ErrorKind::Server)),
            800..900 if down => Act::Fail(Trouble::Plain(ErrorKind::Network)),
            _ => Act::Answer,
        }
    }
}

/// A number that looks like none, from another one (`SplitMix64`).
pub(crate) fn mixed(number: u64) -> u64 {
    let mut word = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}
