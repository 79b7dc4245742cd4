use std::{
    cell::Cell,
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use pin_project_lite::pin_project;

use crate::{ambient, seconds};

/// Where the value of a decorated call came from. Asked for with [`traced`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(tag = "source", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Provenance {
    /// No decorated call ended: there was none, or it passed straight through.
    #[default]
    Unknown,
    /// The method answered, after so many attempts.
    #[non_exhaustive]
    Live {
        /// How many times the method was called.
        attempts: u32,
    },
    /// Memory had it.
    #[non_exhaustive]
    Memory {
        /// How long ago the method answered; in seconds where it is serialized.
        #[serde(serialize_with = "seconds::serialize")]
        age: Duration,
    },
    /// The disk had it.
    #[non_exhaustive]
    Disk {
        /// How long ago the method answered; in seconds where it is serialized.
        #[serde(serialize_with = "seconds::serialize")]
        age: Duration,
    },
    /// The call failed, and the cache had an answer that has expired.
    #[non_exhaustive]
    Stale {
        /// How long ago the method answered; in seconds where it is serialized.
        #[serde(serialize_with = "seconds::serialize")]
        age: Duration,
    },
    /// A fallback gave it.
    #[non_exhaustive]
    Fallback {
        /// Which one of the chain, counted from 1.
        rung: u32,
    },
    /// Nothing had it: the call failed.
    Failed,
}

impl Provenance {
    /// The source in one word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Live { .. } => "live",
            Self::Memory { .. } => "memory",
            Self::Disk { .. } => "disk",
            Self::Stale { .. } => "stale",
            Self::Fallback { .. } => "fallback",
            Self::Failed => "failed",
        }
    }

    /// How old the value is; zero for one that was made just now.
    pub fn age(&self) -> Duration {
        match self {
            Self::Memory { age } | Self::Disk { age } | Self::Stale { age } => *age,
            _ => Duration::ZERO,
        }
    }
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Live { attempts: 0 | 1 } | Self::Unknown | Self::Failed => {
                f.write_str(self.as_str())
            }
            Self::Live { attempts } => write!(f, "live ({attempts} attempts)"),
            Self::Memory { age } | Self::Disk { age } | Self::Stale { age } => {
                write!(f, "{} ({:.1}s old)", self.as_str(), age.as_secs_f64())
            }
            Self::Fallback { rung } => write!(f, "fallback {rung}"),
        }
    }
}

thread_local! {
    /// What the last call noted; `None` where nobody asks.
    static PROVENANCE: Cell<Option<Provenance>> = const { Cell::new(None) };
}

/// Awaits a decorated call and tells where its value came from; of several calls, the one that ended last.
///
/// ```
/// # use resilient_runtime::{Policy, Provenance, Rejection, traced};
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = Policy::builder("prices").build()?;
/// let (price, provenance) = traced(policy.call(async || Ok::<_, Rejection>(180))).await;
/// assert_eq!(price, Ok(180));
/// assert!(matches!(provenance, Provenance::Live { attempts: 1, .. }));
/// # Ok(()) }
/// ```
pub fn traced<F: Future>(call: F) -> Traced<F> {
    Traced { call, noted: Provenance::Unknown }
}

/// [`traced`] around calls that block.
///
/// ```
/// # use resilient_runtime::{Policy, Provenance, Rejection, traced_blocking};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = Policy::builder("prices").build()?;
/// let (price, provenance) = traced_blocking(|| policy.call_blocking(|| Ok::<_, Rejection>(180)));
/// assert_eq!(price, Ok(180));
/// assert!(matches!(provenance, Provenance::Live { attempts: 1, .. }));
/// # Ok(()) }
/// ```
pub fn traced_blocking<T>(call: impl FnOnce() -> T) -> (T, Provenance) {
    ambient::within(&PROVENANCE, Some(Provenance::Unknown), || {
        let value = call();
        (value, ambient::get(&PROVENANCE).unwrap_or_default())
    })
}

pin_project! {
    /// The future of [`traced`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Traced<F> {
        #[pin]
        call: F,
        noted: Provenance,
    }
}

impl<F: Future> Future for Traced<F> {
    type Output = (F::Output, Provenance);

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let noted = *this.noted;
        ambient::within(&PROVENANCE, Some(noted), || {
            let polled = this.call.poll(cx);
            *this.noted = ambient::get(&PROVENANCE).unwrap_or_default();
            polled.map(|value| (value, *this.noted))
        })
    }
}

#[inline]
pub(crate) fn note(provenance: Provenance) {
    PROVENANCE.with(|cell| {
        if cell.get().is_some() {
            cell.set(Some(provenance));
        }
    });
}
