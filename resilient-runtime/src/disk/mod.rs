//! The cache's disk tier: one embedded store for each directory, shared by every registry that names it.
//!
//! The store is [redb](https://docs.rs/redb): one file, crash-safe, and one dependency. Tasks never
//! touch it: reads run on the runtime's blocking threads, or on that of a caller who blocks it anyway, writes on a thread
//! of their own, in batches. Nothing that is read is trusted: each record carries its own checksum, and its key in full.

mod answers;
mod backend;
mod books;
mod directories;
mod file;
#[cfg(resilient_fuzz)]
pub mod fuzz;
#[cfg(any(test, resilient_fuzz))]
mod memory;
mod opened;
#[cfg(test)]
mod proofs;
mod record;
mod room;
mod seal;
mod store;
mod table;
mod writer;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

pub(crate) use self::{
    file::{DEFAULT_MEMORY, OpenError},
    room::{DEFAULT as DEFAULT_LIMIT, SMALLEST as SMALLEST_LIMIT},
    store::Store,
};
use self::{
    record::{BadRecord, Record},
    writer::{Content, Purge, Write},
};
use crate::{
    Name,
    blocking::is_waiting,
    clock::Moment,
    counters::Counters,
    events::Subject,
    opaque::Opaque,
    outcome::{Codec, Kept},
};

/// A value that was found on disk.
pub(crate) struct DiskEntry {
    pub(crate) value: Kept,
    pub(crate) age: Duration,
    /// How much longer it may be served.
    pub(crate) left: Duration,
}

/// How long an answer is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lifetime {
    pub(crate) ttl: Duration,
    /// How much longer it may be served where a load fails.
    pub(crate) stale: Duration,
}

/// What was displaced by a change, to be dropped once no lock is held: the value is the user's.
pub(crate) type Displaced = Option<writer::Write>;

/// The part of the store that belongs to one method and one namespace.
#[derive(Debug)]
pub(crate) struct DiskTier {
    store: Opaque<Store>,
    subject: Subject,
    /// What each of its keys begins with.
    prefix: Vec<u8>,
    /// When it was forgotten as a whole, in microseconds since 1970: loads that began before count for nothing.
    valid_since: AtomicU64,
    counters: Arc<Counters>,
}

/// Where a record lies: a hash of the key but for the type of the value. Two keys with one hash evict each other, but are never mixed up.
pub(crate) type Address = [u8; 16];

impl DiskTier {
    pub(crate) fn new(
        store: Arc<Store>,
        subject: Subject,
        namespace: &Name,
        schema: u32,
        counters: Arc<Counters>,
    ) -> Self {
        let mut prefix = Vec::new();
        for part in [&subject.service, &subject.method, namespace] {
            add_part(&mut prefix, part.as_bytes());
        }
        add_part(&mut prefix, &schema.to_be_bytes());
        Self { store: store.into(), subject, prefix, valid_since: AtomicU64::new(0), counters }
    }

    /// Where the answer for `arguments` lies, and the whole key but for the type of the value.
    fn place(&self, arguments: &[u8]) -> (Address, Vec<u8>) {
        let mut place = Vec::with_capacity(self.prefix.len() + arguments.len() + 64);
        place.extend_from_slice(&self.prefix);
        add_part(&mut place, arguments);
        (address(&place), place)
    }

    fn key(&self, arguments: &[u8], codec: Codec) -> (Address, Vec<u8>) {
        let (address, mut key) = self.place(arguments);
        add_part(&mut key, codec.type_name.as_bytes());
        (address, key)
    }

    /// The value for `arguments`, if there is one that is young enough.
    pub(crate) async fn get(
        &self,
        arguments: &[u8],
        codec: Codec,
        most: Lifetime,
        now: Moment,
    ) -> Option<DiskEntry> {
        let decode = codec.disk?.decode;
        let (address, key) = self.key(arguments, codec);
        let now = wall_micros_at(now) / 1_000;
        let own = self.valid_since.load(Ordering::Acquire);
        let in_line = self.store.in_line(&address, &key)?;
        let valid_since = own.max(in_line.purged);
        let left = move |begun, stored_at, kept: Lifetime| {
            let kept = kept.ttl.min(most.ttl) + kept.stale.min(most.stale);
            if begun <= valid_since { None } else { lifetime(stored_at, kept, now) }
        };
        if let Some(waiting) = in_line.write {
            let Content::Answer { value, stored_at, lifetime, .. } = waiting.content else {
                return None;
            };
            let (age, left) = left(waiting.begun, stored_at, lifetime)?;
            return Some(DiskEntry { value, age, left });
        }
        let store = self.store.clone();
        let found = unblock(move || {
            let found = store.read(&address)?;
            let record = Record::decode(found.value())?;
            if record.key != key {
                return Ok(None);
            }
            let kept = Lifetime {
                ttl: Duration::from_millis(record.ttl),
                stale: Duration::from_millis(record.stale),
            };
            let Some((age, left)) = left(record.begun, record.stored_at, kept) else {
                return Ok(None);
            };
            let value = decode(record.value).map_err(|error| Miss::Changed(error.to_string()))?;
            Ok(Some(DiskEntry { value, age, left }))
        });
        match found.await {
            Some(Ok(found)) => found,
            Some(Err(Miss::Damaged(problem))) => {
                self.counters.disk_errors.add();
                self.store.damage(&self.subject, &problem);
                None
            }
            Some(Err(Miss::Changed(problem))) => {
                self.subject.disk_changed(&problem);
                None
            }
            // Absent; or the runtime is shutting down, or serde code of the user's panicked: a miss each time.
            Some(Err(Miss::Absent)) | None => None,
        }
    }

    /// Keeps a value. Returns at once; [`Store::flush`] waits until it is written.
    /// Of two answers for the same arguments the one whose load began later stays.
    pub(crate) fn put(
        &self,
        arguments: &[u8],
        value: Kept,
        codec: Codec,
        lifetime: Lifetime,
        begun: Moment,
    ) -> Displaced {
        let encode = codec.disk?.encode;
        let (address, key) = self.key(arguments, codec);
        let begun = wall_micros().saturating_sub(micros(Moment::now().since(begun)));
        let content = Content::Answer { value, encode, stored_at: wall_now(), lifetime };
        self.store.put(address, key, self.write(content, begun))
    }

    fn write(&self, content: Content, begun: u64) -> Write {
        let counters = Arc::clone(&self.counters);
        Write { content, begun, subject: self.subject.clone(), counters }
    }

    /// Forgets the answer for `arguments`, whatever its type.
    pub(crate) fn remove(&self, arguments: &[u8]) -> Displaced {
        let (address, place) = self.place(arguments);
        self.store.put(address, place, self.write(Content::Nothing, wall_micros()))
    }

    /// Forgets every answer.
    pub(crate) fn remove_all(&self) -> Vec<Write> {
        let before = wall_micros();
        self.valid_since.fetch_max(before, Ordering::AcqRel);
        self.store.purge(Purge { prefix: self.prefix.clone(), before })
    }
}

/// Does work that blocks: here, where a thread waits for it, and where not, on one that is there for this. `None` where
/// it panics, or the runtime is shutting down.
async fn unblock<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    if is_waiting().await {
        return catch_unwind(AssertUnwindSafe(work)).ok();
    }
    tokio::task::spawn_blocking(work).await.ok()
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

/// A part of a key with its length, so that the next one cannot be taken for its end.
fn add_part(key: &mut Vec<u8>, part: &[u8]) {
    key.extend_from_slice(&(part.len() as u64).to_be_bytes());
    key.extend_from_slice(part);
}

fn address(key: &[u8]) -> Address {
    twox_hash::XxHash3_128::oneshot(key).to_be_bytes()
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
    wall_micros_at(Moment::now())
}

/// The same, for who has looked at the other clock.
fn wall_micros_at(now: Moment) -> u64 {
    static START: OnceLock<(u64, Moment)> = OnceLock::new();
    let system = || micros(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
    let (start, moment) = *START.get_or_init(|| (system(), now));
    system().max(start.saturating_add(micros(now.since(moment))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocking::{thread, wait};

    #[test]
    fn work_that_blocks_is_done_by_the_one_who_waits_and_its_panic_ends_there() {
        assert_eq!(wait(unblock(thread)), Some(thread()));
        assert_eq!(wait(unblock(|| -> u32 { panic!("on purpose") })), None);
    }

    #[test]
    fn an_answer_lies_where_earlier_versions_put_it() {
        let key: Vec<u8> = (0..=250).cycle().take(100).collect();
        assert_eq!(address(&key), 0xda95_ef16_fd95_66f3_29b2_0ba5_f03e_c01e_u128.to_be_bytes());
    }

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
