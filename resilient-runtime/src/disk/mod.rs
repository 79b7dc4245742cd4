//! The cache's disk tier: one embedded store for each directory, shared by every registry that names it.
//!
//! The store is [redb](https://docs.rs/redb): one file, crash-safe, and one dependency. It is never touched on the
//! caller's thread: reads run on the runtime's blocking threads, writes on a thread of their own, in batches. Nothing
//! that is read is trusted: each record carries its own checksum, and its key in full.

mod answers;
mod backend;
mod books;
mod directories;
mod file;
#[cfg(resilient_fuzz)]
pub mod fuzz;
#[cfg(any(test, resilient_fuzz))]
mod memory;
#[cfg(test)]
mod proofs;
mod record;
mod room;
mod seal;
mod store;
mod writer;

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use self::record::{BadRecord, Record};
pub(crate) use self::{
    file::OpenError,
    room::{DEFAULT as DEFAULT_LIMIT, SMALLEST as SMALLEST_LIMIT},
    store::Store,
};
use crate::{
    clock::Moment,
    events::Subject,
    outcome::{Codec, Kept},
};

/// A value that was found on disk.
pub(crate) struct DiskEntry {
    pub(crate) value: Kept,
    pub(crate) age: Duration,
    /// How much longer it may be served.
    pub(crate) left: Duration,
}

/// The part of the store that belongs to one method.
#[derive(Debug, Clone)]
pub(crate) struct DiskTier {
    store: Arc<Store>,
    subject: Subject,
    schema: u32,
}

/// Where a record lies: a hash of the whole key. Two keys with one hash evict each other, but are never mixed up.
pub(crate) type Address = [u8; 16];

impl DiskTier {
    pub(crate) fn new(store: Arc<Store>, subject: Subject, schema: u32) -> Self {
        Self { store, subject, schema }
    }

    /// The whole key: whose method, which type of value, which arguments, and which schema, where there is one.
    fn key(&self, arguments: &[u8], codec: Codec) -> Vec<u8> {
        let Subject { service, method } = &self.subject;
        let mut key = Vec::with_capacity(
            service.len() + method.len() + codec.type_name.len() + arguments.len() + 24,
        );
        for part in [service.as_bytes(), method.as_bytes(), codec.type_name.as_bytes(), arguments] {
            key.extend_from_slice(&(part.len() as u64).to_be_bytes());
            key.extend_from_slice(part);
        }
        if self.schema != 0 {
            key.extend_from_slice(&self.schema.to_be_bytes());
        }
        key
    }

    /// The value for `arguments`, if there is one that is younger than `ttl`.
    pub(crate) async fn get(
        &self,
        arguments: &[u8],
        codec: Codec,
        ttl: Duration,
    ) -> Option<DiskEntry> {
        let decode = codec.disk?.decode;
        let key = self.key(arguments, codec);
        let address = address(&key);
        let now = wall_now();
        if let Some(waiting) = self.store.waiting(&address, &key) {
            let (age, left) = lifetime(waiting.stored_at, waiting.ttl.min(ttl), now)?;
            return Some(DiskEntry { value: waiting.value, age, left });
        }
        let store = Arc::clone(&self.store);
        let found = tokio::task::spawn_blocking(move || {
            let bytes = store.read(&address)?;
            let record = Record::decode(&bytes)?;
            if record.key != key {
                return Ok(None);
            }
            let ttl = Duration::from_millis(record.ttl).min(ttl);
            let Some((age, left)) = lifetime(record.stored_at, ttl, now) else { return Ok(None) };
            let value = decode(record.value).map_err(|error| Miss::Changed(error.to_string()))?;
            Ok(Some(DiskEntry { value, age, left }))
        });
        match found.await {
            Ok(Ok(found)) => found,
            Ok(Err(Miss::Damaged(problem))) => {
                self.store.damage(&self.subject, &problem);
                None
            }
            Ok(Err(Miss::Changed(problem))) => {
                self.subject.disk_changed(&problem);
                None
            }
            // Absent; or the runtime is shutting down, or serde code of the user's panicked: a miss each time.
            Ok(Err(Miss::Absent)) | Err(_) => None,
        }
    }

    /// Keeps a value for `ttl`. Returns at once; [`Store::flush`] waits until it is written.
    /// Of two answers for the same arguments the one whose load began later stays.
    pub(crate) fn put(
        &self,
        arguments: &[u8],
        value: Kept,
        codec: Codec,
        ttl: Duration,
        begun: Moment,
    ) {
        let Some(disk) = codec.disk else { return };
        let key = self.key(arguments, codec);
        let begun = wall_micros().saturating_sub(micros(Moment::now().since(begun)));
        let write = writer::Write {
            value,
            encode: disk.encode,
            begun,
            stored_at: wall_now(),
            ttl,
            subject: self.subject.clone(),
        };
        self.store.put(address(&key), key, write);
    }
}

/// Why a read brought nothing.
pub(crate) enum Miss {
    Absent,
    /// It was written as it should be, by a program whose types or whose version of ours were others.
    Changed(String),
    Damaged(String),
}

impl From<BadRecord> for Miss {
    fn from(problem: BadRecord) -> Self {
        match problem {
            BadRecord::Version(_) => Self::Changed(problem.to_string()),
            _ => Self::Damaged(problem.to_string()),
        }
    }
}

fn address(key: &[u8]) -> Address {
    xxhash_rust::xxh3::xxh3_128(key).to_be_bytes()
}

/// The age of a value and how much longer it may be served; `None` where it may not, or was made in the future.
fn lifetime(stored_at: u64, ttl: Duration, now: u64) -> Option<(Duration, Duration)> {
    let age = Duration::from_millis(now.checked_sub(stored_at)?);
    let left = ttl.checked_sub(age).filter(|left| !left.is_zero())?;
    Some((age, left))
}

/// The wall clock in milliseconds, for what must outlive the process.
fn wall_now() -> u64 {
    wall_micros() / 1_000
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// The later one of the system's clock and of what it was when the process began plus the time that has passed since:
/// the one goes on while the machine sleeps, the other follows a paused clock, and a system's clock that is set back
/// does not take it along.
fn wall_micros() -> u64 {
    static START: OnceLock<(u64, Moment)> = OnceLock::new();
    let system = || micros(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
    let now = Moment::now();
    let (start, moment) = *START.get_or_init(|| (system(), now));
    system().max(start.saturating_add(micros(now.since(moment))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_lives_for_its_time_and_none_comes_from_the_future() {
        let second = Duration::from_secs(1);
        assert_eq!(lifetime(5_000, second, 5_000), Some((Duration::ZERO, second)));
        assert_eq!(
            lifetime(5_000, second, 5_999),
            Some((Duration::from_millis(999), Duration::from_millis(1)))
        );
        assert_eq!(lifetime(5_000, second, 6_000), None);
        assert_eq!(lifetime(5_001, second, 5_000), None);
    }
}
