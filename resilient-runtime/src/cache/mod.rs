//! The cache of one method: memory first, then disk, and one load at a time for each key.

mod encode;
mod flight;
mod key;

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use quick_cache::sync::Cache as Memory;
use resilient_policy::CacheSettings;

pub(crate) use self::flight::Lead;
use self::flight::{Flights, Landing, Role};
pub use self::key::{Key, KeyPart};
use crate::{
    Provenance,
    clock::Moment,
    disk::{DiskEntry, DiskTier},
    outcome::{Codec, Kept},
};

/// The number of what was read from disk. Loads are counted from 1.
const FROM_DISK: u64 = 0;

/// A value, and since when it is here.
#[derive(Clone)]
pub(crate) struct Entry {
    value: Kept,
    /// How old it was when it came into memory: a value from disk was not made just now.
    age_then: Duration,
    since: Moment,
    expires: Moment,
    /// The number of the load that brought it. Of two, the one that began later is newer.
    load: u64,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("load", &self.load).finish_non_exhaustive()
    }
}

impl Entry {
    fn age(&self, now: Moment) -> Duration {
        self.age_then + now.since(self.since)
    }
}

/// A cache of one method of one decorator, shared by the decorator's clones.
pub(crate) struct Cache {
    settings: CacheSettings,
    memory: Option<Memory<Box<[u8]>, Entry>>,
    disk: Option<DiskTier>,
    flights: Arc<Flights>,
    loads: AtomicU64,
    /// Makes "is it newer" and "put it there" one step.
    insertion: Mutex<()>,
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// What a lookup found.
pub(crate) enum Found {
    /// A value that may be served.
    Value { value: Kept, provenance: Provenance, coalesced: bool },
    /// Nothing: the caller loads.
    Nothing(Load),
}

/// A load that has begun.
#[derive(Debug)]
pub(crate) struct Load {
    number: u64,
    begun: Moment,
    key: Box<[u8]>,
    /// With it, others wait for this load; without, it is this caller's alone.
    lead: Option<Lead>,
}

impl Cache {
    pub(crate) fn new(settings: CacheSettings, disk: Option<DiskTier>) -> Self {
        Self {
            memory: settings.memory.map(|_| Memory::new(settings.capacity)),
            disk,
            flights: Arc::default(),
            loads: AtomicU64::new(0),
            insertion: Mutex::new(()),
            settings,
        }
    }

    /// The value in memory, if it is fresh.
    pub(crate) fn in_memory(&self, key: &[u8], now: Moment) -> Option<(Kept, Provenance)> {
        let entry = self.fresh(key, now)?;
        let provenance = Provenance::Memory { age: entry.age(now) };
        Some((entry.value, provenance))
    }

    fn fresh(&self, key: &[u8], now: Moment) -> Option<Entry> {
        self.memory.as_ref()?.get(key).filter(|entry| now < entry.expires)
    }

    /// Joins the load of `key`: waits for whoever leads it, or looks on disk and leads it.
    pub(crate) async fn find(&self, key: &[u8], codec: Codec) -> Found {
        let leader = match self.flights.join(key).await {
            Role::Leader(leader) => leader,
            Role::Landed(Landing::Loaded(entry)) => {
                let provenance = Provenance::Memory { age: entry.age(Moment::now()) };
                return Found::Value { value: entry.value, provenance, coalesced: true };
            }
            Role::Landed(Landing::Failed) => return Found::Nothing(self.load(key.into(), None)),
        };
        let now = Moment::now();
        // Between the first look and the lead another load may have landed.
        if let Some(entry) = self.fresh(key, now) {
            let provenance = Provenance::Memory { age: entry.age(now) };
            let value = Arc::clone(&entry.value);
            leader.land(Landing::Loaded(entry));
            return Found::Value { value, provenance, coalesced: false };
        }
        let load = self.load(key.into(), None);
        match self.on_disk(key, codec).await {
            Some(DiskEntry { value, age, left }) => {
                let now = Moment::now();
                let lifetime =
                    self.settings.memory.map_or(Duration::ZERO, |memory| memory.min(left));
                let entry = Entry {
                    value: Arc::clone(&value),
                    age_then: age,
                    since: now,
                    expires: now + lifetime,
                    load: FROM_DISK,
                };
                self.insert(key, &entry, now);
                leader.land(Landing::Loaded(entry));
                Found::Value { value, provenance: Provenance::Disk { age }, coalesced: false }
            }
            None => Found::Nothing(Load { lead: Some(leader), ..load }),
        }
    }

    async fn on_disk(&self, key: &[u8], codec: Codec) -> Option<DiskEntry> {
        let (disk, ttl) = (self.disk.as_ref()?, self.settings.disk?);
        disk.get(key, codec, ttl).await
    }

    fn load(&self, key: Box<[u8]>, lead: Option<Lead>) -> Load {
        Load {
            number: self.loads.fetch_add(1, Ordering::Relaxed) + 1,
            begun: Moment::now(),
            key,
            lead,
        }
    }

    /// Keeps what a load brought, and gives it to those who wait for it.
    pub(crate) fn loaded(&self, load: Load, value: Kept, codec: Codec, now: Moment) {
        let lifetime = self.settings.memory.unwrap_or_default();
        let entry = Entry {
            value: Arc::clone(&value),
            age_then: Duration::ZERO,
            since: now,
            expires: now + lifetime,
            load: load.number,
        };
        let newest = self.insert(&load.key, &entry, now);
        if let (true, Some(disk), Some(ttl)) = (newest, &self.disk, self.settings.disk) {
            disk.put(&load.key, value, codec, ttl, load.begun);
        }
        if let Some(lead) = load.lead {
            debug_assert_eq!(lead.key(), &*load.key);
            lead.land(Landing::Loaded(entry));
        }
    }

    /// Tells those who wait for a load that it brought nothing.
    pub(crate) fn failed(load: Load) {
        if let Some(lead) = load.lead {
            lead.land(Landing::Failed);
        }
    }

    /// Puts an entry into memory, unless what is there came from a load that began later. What was read from disk
    /// gives way to everything that is still fresh.
    fn insert(&self, key: &[u8], entry: &Entry, now: Moment) -> bool {
        let Some(memory) = &self.memory else { return true };
        let mut evicted = Default::default();
        let insertion = self.insertion.lock().unwrap_or_else(PoisonError::into_inner);
        let there = memory.peek(key);
        let newest = there.as_ref().is_none_or(|there| {
            there.load < entry.load || entry.load == FROM_DISK && there.expires <= now
        });
        if newest {
            memory.insert_with_lifecycle(key.into(), entry.clone(), &mut evicted);
        }
        drop(insertion);
        // The values are the user's, and so is what their drop does: no lock is held while they go.
        drop((there, evicted));
        newest
    }
}

#[cfg(test)]
mod tests {
    use resilient_policy::CacheConfig;

    use super::*;

    const CODEC: Codec = Codec { type_name: "u32", disk: None };

    fn cache() -> Cache {
        Cache::new(CacheConfig::new().memory(Duration::from_secs(60)).settings(), None)
    }

    fn number(value: &Kept) -> u32 {
        *value.downcast_ref().expect("a number")
    }

    async fn lead(cache: &Cache, key: &[u8]) -> Load {
        match cache.find(key, CODEC).await {
            Found::Nothing(load) => load,
            Found::Value { .. } => panic!("nothing is there yet"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn followers_share_what_the_leader_loaded() {
        let cache = Arc::new(cache());
        let load = lead(&cache, b"k").await;
        let followers: Vec<_> = (0..1_000)
            .map(|_| {
                let cache = Arc::clone(&cache);
                tokio::spawn(async move {
                    match cache.find(b"k", CODEC).await {
                        Found::Value { value, .. } => number(&value),
                        Found::Nothing(_) => 0,
                    }
                })
            })
            .collect();
        tokio::task::yield_now().await;
        cache.loaded(load, Arc::new(7_u32), CODEC, Moment::now());
        for follower in followers {
            assert_eq!(follower.await.expect("no panic"), 7);
        }
        assert_eq!(cache.flights.len(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_leader_hands_over_to_one_and_leaves_nothing_behind() {
        let cache = Arc::new(cache());
        for _ in 0..1_000 {
            let load = lead(&cache, b"k").await;
            let follower = {
                let cache = Arc::clone(&cache);
                tokio::spawn(async move {
                    matches!(
                        cache.find(b"k", CODEC).await,
                        Found::Nothing(Load { lead: Some(_), .. })
                    )
                })
            };
            tokio::task::yield_now().await;
            drop(load);
            assert!(follower.await.expect("no panic"));
        }
        assert_eq!(cache.flights.len(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_leader_lets_every_follower_make_its_own_attempt() {
        let cache = Arc::new(cache());
        let load = lead(&cache, b"k").await;
        let followers: Vec<_> = (0..10)
            .map(|_| {
                let cache = Arc::clone(&cache);
                tokio::spawn(async move {
                    matches!(cache.find(b"k", CODEC).await, Found::Nothing(Load { lead: None, .. }))
                })
            })
            .collect();
        tokio::task::yield_now().await;
        Cache::failed(load);
        for follower in followers {
            assert!(follower.await.expect("no panic"));
        }
        assert_eq!(cache.flights.len(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_load_never_overwrites_a_newer_one() {
        let cache = cache();
        let (slow, fast) = (cache.load(b"k"[..].into(), None), cache.load(b"k"[..].into(), None));
        cache.loaded(fast, Arc::new(2_u32), CODEC, Moment::now());
        cache.loaded(slow, Arc::new(1_u32), CODEC, Moment::now());
        let (value, _) = cache.in_memory(b"k", Moment::now()).expect("there");
        assert_eq!(number(&value), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn an_entry_is_served_until_it_expires_and_not_at_that_moment() {
        let cache = cache();
        let load = lead(&cache, b"k").await;
        let start = Moment::now();
        cache.loaded(load, Arc::new(7_u32), CODEC, start);
        let almost = start + Duration::from_secs(59);
        let (_, provenance) = cache.in_memory(b"k", almost).expect("fresh");
        assert_eq!(provenance, Provenance::Memory { age: Duration::from_secs(59) });
        assert!(cache.in_memory(b"k", start + Duration::from_secs(60)).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn memory_is_bounded() {
        let config = CacheConfig::new().memory(Duration::from_secs(60)).capacity(10);
        let cache = Cache::new(config.settings(), None);
        for number in 0..1_000_u32 {
            let load = lead(&cache, &number.to_be_bytes()).await;
            cache.loaded(load, Arc::new(number), CODEC, Moment::now());
        }
        assert!(cache.memory.as_ref().is_some_and(|memory| memory.len() <= 10));
    }
}
