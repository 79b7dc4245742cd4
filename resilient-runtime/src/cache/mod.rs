//! The cache of one method: memory first, then disk, and one load at a time for each key.

mod bytes;
mod encode;
mod entry;
mod flight;
mod key;
mod loads;
mod memory;
mod stored;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc, time::Duration};

use rand::rngs::SmallRng;
use resilient_policy::CacheSettings;

pub(crate) use self::flight::Lead;
pub use self::key::{Key, KeyPart};
use self::{
    entry::{Entry, Marks},
    flight::{Flights, Landing, Role},
    loads::{Loads, Ticket},
    memory::Memory,
};
use crate::{
    Provenance,
    clock::Moment,
    counters::Counters,
    disk::{DiskEntry, DiskTier, Lifetime},
    outcome::{Codec, Kept},
};

/// The number of what was read from disk. Loads are counted from 1.
const FROM_DISK: u64 = 0;

/// A refresh that failed is tried again after the time to a refresh, divided by this.
const REFRESH_AGAIN: u32 = 10;

/// A cache of one method of one decorator, shared by the decorator's clones.
pub(crate) struct Cache {
    settings: CacheSettings,
    memory: Memory,
    disk: Option<DiskTier>,
    flights: Flights,
    loads: Arc<Loads>,
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// What a look into memory found.
pub(crate) enum InMemory {
    /// A value that may be served.
    Fresh(Kept, Provenance),
    /// One that may be served, and that this caller is to load anew.
    Due(Spare, Load),
    Nothing,
}

/// A value that is served if a refresh fails.
#[derive(Debug)]
pub(crate) struct Spare(Entry);

impl Spare {
    pub(crate) fn value(&self, now: Moment) -> (Kept, Provenance) {
        let Self(entry) = self;
        (Arc::clone(&entry.value), Provenance::Memory { age: entry.age(now) })
    }
}

/// What a lookup found.
pub(crate) enum Found {
    /// A value that may be served.
    Value { value: Kept, provenance: Provenance, coalesced: bool, promotion: Option<Promotion> },
    /// Nothing: the caller loads.
    Nothing(Load),
}

/// A value from disk on its way into memory. Only its caller knows what it weighs.
pub(crate) struct Promotion {
    entry: Entry,
    ticket: Ticket,
}

/// A load that has begun.
#[derive(Debug)]
pub(crate) struct Load {
    ticket: Ticket,
    begun: Moment,
    /// With it, others wait for this load; without, it is this caller's alone.
    lead: Option<Lead>,
}

impl Cache {
    /// `random` is asked where lifetimes differ by chance.
    pub(crate) fn new(
        settings: CacheSettings,
        disk: Option<DiskTier>,
        random: impl FnOnce() -> SmallRng,
        counters: Arc<Counters>,
    ) -> Self {
        let items = settings.capacity;
        let weight = settings.max_weight.unwrap_or(items as u64);
        let capacity = settings.memory.map(|_| (weight, items));
        let random = (settings.jitter > 0.0).then(random);
        Self {
            memory: Memory::new(capacity, random, counters),
            disk,
            flights: Flights::default(),
            loads: Arc::default(),
            settings,
        }
    }

    /// How many answers its memory holds.
    pub(crate) fn len(&self) -> usize {
        self.memory.len()
    }

    /// How much they weigh.
    pub(crate) fn weight(&self) -> u64 {
        self.memory.weight()
    }

    /// Whether answers are loaded anew before they expire.
    pub(crate) fn refreshes(&self) -> bool {
        self.settings.refresh.is_some()
    }

    /// The value in memory and its age, if it is fresh and not due to be loaded anew.
    #[inline]
    pub(crate) fn served(&self, key: &[u8], now: Moment) -> Option<(Kept, Duration)> {
        // Taken apart where it lies: as a whole it would be moved once more.
        let Entry { value, made, expires, marks, .. } = self.memory.get(key)?;
        if now >= expires || !marks.is_none_or(|marks| marks.serves(now)) {
            return None;
        }
        Some((value, now.since(made)))
    }

    /// The value in memory, if it is fresh.
    pub(crate) fn in_memory(&self, key: &[u8], now: Moment) -> InMemory {
        let Some(entry) = self.fresh(key, now) else { return InMemory::Nothing };
        if entry.is_due(now)
            && let Some(load) = self.refresh(key, &entry)
        {
            return InMemory::Due(Spare(entry), load);
        }
        let provenance = Provenance::Memory { age: entry.age(now) };
        InMemory::Fresh(entry.value, provenance)
    }

    fn fresh(&self, key: &[u8], now: Moment) -> Option<Entry> {
        let entry = self.memory.get(key).filter(|entry| entry.is_fresh(now))?;
        entry.touch(now);
        Some(entry)
    }

    /// Begins to load anew what is there, unless somebody has.
    fn refresh(&self, key: &[u8], entry: &Entry) -> Option<Load> {
        let lead = self.flights.try_lead(key)?;
        // Between the look and the lead another load may have landed.
        let same = self.memory.peek(key).is_some_and(|there| there.load == entry.load);
        same.then(|| self.load(key, Some(lead)))
    }

    /// Joins the load of `key`: waits for whoever leads it, or looks on disk and leads it.
    pub(crate) async fn find(&self, key: &[u8], codec: Codec) -> Found {
        let leader = match self.flights.join(key).await {
            Role::Leader(leader) => leader,
            Role::Landed(Landing::Loaded(entry)) => {
                let provenance = Provenance::Memory { age: entry.age(Moment::now()) };
                let value = entry.value;
                return Found::Value { value, provenance, coalesced: true, promotion: None };
            }
            Role::Landed(Landing::Failed) => return Found::Nothing(self.load(key, None)),
        };
        let now = Moment::now();
        // Between the first look and the lead another load may have landed.
        if let Some(entry) = self.fresh(key, now) {
            let provenance = Provenance::Memory { age: entry.age(now) };
            let value = Arc::clone(&entry.value);
            leader.land(Landing::Loaded(entry));
            return Found::Value { value, provenance, coalesced: false, promotion: None };
        }
        let load = self.load_since(now, key, None);
        match self.on_disk(key, codec, Duration::ZERO, now).await {
            Some(found) => {
                let (value, age) = (Arc::clone(&found.value), found.age);
                let now = Moment::now();
                let chance = self.memory.change().chance();
                let entry = self.read(found, chance, now);
                leader.land(Landing::Loaded(entry.clone()));
                let provenance = Provenance::Disk { age };
                let promotion = Some(Promotion { entry, ticket: load.ticket });
                Found::Value { value, provenance, coalesced: false, promotion }
            }
            None => Found::Nothing(Load { lead: Some(leader), ..load }),
        }
    }

    async fn on_disk(
        &self,
        key: &[u8],
        codec: Codec,
        stale: Duration,
        now: Moment,
    ) -> Option<DiskEntry> {
        let (disk, ttl) = (self.disk.as_ref()?, self.settings.disk?);
        disk.get(key, codec, Lifetime { ttl, stale }, now).await
    }

    /// The value for `key` after a load that failed: one that another load has brought, or one that has expired and may
    /// still be served.
    pub(crate) async fn stale(&self, key: &[u8], codec: Codec) -> Option<(Kept, Provenance)> {
        let (now, stale) = (Moment::now(), self.settings.stale?);
        if let Some(entry) = self.memory.peek(key).filter(|entry| now < entry.stale_until) {
            let age = entry.age(now);
            let fresh = entry.is_fresh(now);
            let provenance =
                if fresh { Provenance::Memory { age } } else { Provenance::Stale { age } };
            return Some((entry.value, provenance));
        }
        let found = self.on_disk(key, codec, stale, now).await?;
        Some((found.value, Provenance::Stale { age: found.age }))
    }

    fn load(&self, key: &[u8], lead: Option<Lead>) -> Load {
        self.load_since(Moment::now(), key, lead)
    }

    fn load_since(&self, begun: Moment, key: &[u8], lead: Option<Lead>) -> Load {
        Load { ticket: self.loads.begin(key.into()), begun, lead }
    }

    /// Puts a value from disk into memory.
    pub(crate) fn promote(&self, promotion: Promotion, weight: u64, now: Moment) {
        let Promotion { mut entry, ticket } = promotion;
        entry.weight = weight;
        let (_, displaced) = self.memory.change().insert(&ticket, &entry, now);
        drop(displaced);
    }

    /// Keeps what a load brought, and gives it to those who wait for it.
    pub(crate) fn loaded(&self, load: Load, value: Kept, codec: Codec, weight: u64, now: Moment) {
        let mut changes = self.memory.change();
        let share = self.share(changes.chance());
        let shortened = |time: Duration| time.mul_f64(share);
        let longest = self.settings.disk.or(self.settings.memory).unwrap_or_default();
        let entry = Entry {
            value: Arc::clone(&value),
            made: now,
            expires: now + shortened(self.settings.memory.unwrap_or_default()),
            stale_until: now + self.settings.stale.map_or(Duration::ZERO, |stale| longest + stale),
            marks: self.marks(Duration::ZERO, now),
            weight,
            load: load.ticket.number(),
        };
        let (newest, displaced) = changes.insert(&load.ticket, &entry, now);
        // In one step with the insertion: an invalidation must not come between them.
        let displaced = (
            displaced,
            match (newest, &self.disk, self.settings.disk) {
                (true, Some(disk), Some(ttl)) => {
                    let stale = self.settings.stale.unwrap_or_default();
                    let lifetime = Lifetime { ttl: shortened(ttl), stale };
                    disk.put(load.ticket.key(), value, codec, lifetime, load.begun)
                }
                _ => None,
            },
        );
        drop(changes);
        drop(displaced);
        if let Some(lead) = load.lead {
            lead.land(Landing::Loaded(entry));
        }
    }

    /// Remembers what a load failed with, and tells it to those who wait.
    pub(crate) fn refused(&self, load: Load, error: Kept, now: Moment) {
        let expires = now + self.settings.negative.unwrap_or_default();
        let entry = Entry {
            value: error,
            made: now,
            expires,
            // An old error is no better than a new one.
            stale_until: now,
            marks: None,
            weight: 1,
            load: load.ticket.number(),
        };
        let (_, displaced) = self.memory.change().insert(&load.ticket, &entry, now);
        drop(displaced);
        if let Some(lead) = load.lead {
            lead.land(Landing::Loaded(entry));
        }
    }

    /// Whether errors are remembered.
    pub(crate) fn remembers(&self) -> bool {
        self.settings.negative.is_some()
    }

    /// Which share of its lifetime an entry lives.
    fn share(&self, chance: f64) -> f64 {
        1.0 - self.settings.jitter * chance
    }

    fn read(&self, found: DiskEntry, chance: f64, now: Moment) -> Entry {
        let DiskEntry { value, age, left } = found;
        let lifetime = self
            .settings
            .memory
            .map_or(Duration::ZERO, |memory| memory.mul_f64(self.share(chance)).min(left));
        Entry {
            value,
            made: now.before(age),
            expires: now + lifetime,
            stale_until: now + self.settings.stale.map_or(Duration::ZERO, |stale| left + stale),
            marks: self.marks(age, now),
            weight: 1,
            load: FROM_DISK,
        }
    }

    fn marks(&self, age: Duration, now: Moment) -> Option<Arc<Marks>> {
        let CacheSettings { idle, refresh, .. } = self.settings;
        let refresh_at = refresh.map(|refresh| now + refresh.saturating_sub(age));
        (idle.is_some() || refresh.is_some()).then(|| Arc::new(Marks::new(now, idle, refresh_at)))
    }

    /// Tells those who wait for a load that it brought nothing.
    pub(crate) fn failed(load: Load) {
        if let Some(lead) = load.lead {
            lead.land(Landing::Failed);
        }
    }

    /// The value whose refresh has failed, as long as it is fresh. Nobody tries that again at once.
    pub(crate) fn spared(&self, spare: Spare, now: Moment) -> Option<(Kept, Provenance)> {
        let Spare(entry) = spare;
        entry.refresh_at(now + self.settings.refresh.unwrap_or_default() / REFRESH_AGAIN);
        let provenance = Provenance::Memory { age: entry.age(now) };
        entry.is_fresh(now).then_some((entry.value, provenance))
    }

    /// Forgets the answer for `key`. What is being loaded for it reaches those who wait for it already, and is not kept.
    pub(crate) fn invalidate(&self, key: &[u8]) {
        let mut changes = self.memory.change();
        self.loads.void(key);
        self.flights.detach(key);
        let displaced = changes.remove(key);
        let displaced = (displaced, self.disk.as_ref().and_then(|disk| disk.remove(key)));
        drop(changes);
        drop(displaced);
    }

    /// Forgets every answer.
    pub(crate) fn invalidate_all(&self) {
        let mut changes = self.memory.change();
        self.loads.void_all();
        self.flights.detach_all();
        let displaced = changes.remove_all();
        let displaced = (displaced, self.disk.as_ref().map(DiskTier::remove_all));
        drop(changes);
        drop(displaced);
    }
}
