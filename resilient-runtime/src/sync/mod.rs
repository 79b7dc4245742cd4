//! The primitives of everything that several threads touch: the standard ones, or loom's under `--cfg resilient_loom`,
//! which run a test in every order that the threads' steps can take.

#[cfg(resilient_loom)]
mod semaphore;

#[cfg(resilient_loom)]
pub(crate) use self::semaphore::{Semaphore, SemaphorePermit};
#[cfg(not(resilient_loom))]
pub(crate) use tokio::sync::{Semaphore, SemaphorePermit};

#[cfg(not(resilient_loom))]
pub(crate) use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
};

#[cfg(resilient_loom)]
pub(crate) use loom::sync::{
    Arc, Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
};
#[cfg(resilient_loom)]
pub(crate) use std::sync::PoisonError;
