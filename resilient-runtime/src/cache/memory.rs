use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use quick_cache::{Weighter, sync::Cache};
use rand::{RngExt, rngs::SmallRng};

use super::{
    FROM_DISK,
    entry::Entry,
    loads::Ticket,
    stored::{Sought, StoredKey},
};
use crate::{clock::Moment, counters::Counters};

type Entries = Cache<StoredKey, Entry, ByWeight>;

#[derive(Clone)]
struct ByWeight;

impl Weighter<StoredKey, Entry> for ByWeight {
    fn weight(&self, _: &StoredKey, entry: &Entry) -> u64 {
        // What weighs nothing would never be evicted.
        entry.weight.max(1)
    }
}

/// The memory tier of one cache.
pub(super) struct Memory {
    /// None where the cache has no memory tier.
    entries: Option<Entries>,
    /// Makes "may it be kept" and "put it there" one step, and an invalidation another one.
    changes: Mutex<Option<SmallRng>>,
    counters: Arc<Counters>,
}

/// What was displaced. The values are the user's, and so is what their drop does: no lock is held while they go.
#[must_use = "to be dropped once no lock is held"]
#[derive(Default)]
pub(super) struct Displaced(#[expect(dead_code, reason = "held to be dropped later")] Vec<Entry>);

/// The right to change the tier.
pub(super) struct Changes<'m> {
    memory: &'m Memory,
    random: MutexGuard<'m, Option<SmallRng>>,
}

impl Memory {
    /// `random` where lifetimes differ by chance; `capacity` is how much it holds, and about how many.
    pub(super) fn new(
        capacity: Option<(u64, usize)>,
        random: Option<SmallRng>,
        counters: Arc<Counters>,
    ) -> Self {
        Self {
            entries: capacity
                .map(|(weight, items)| Entries::with_weighter(items, weight, ByWeight)),
            changes: Mutex::new(random),
            counters,
        }
    }

    /// What is there, fresh or not, as a read that counts for what stays longest.
    #[inline]
    pub(super) fn get(&self, key: &[u8]) -> Option<Entry> {
        self.entries.as_ref()?.get(&Sought(key))
    }

    /// What is there, fresh or not.
    pub(super) fn peek(&self, key: &[u8]) -> Option<Entry> {
        self.entries.as_ref()?.peek(&Sought(key))
    }

    /// How many answers it holds, those that have expired and were not displaced yet included.
    pub(super) fn len(&self) -> usize {
        self.entries.as_ref().map_or(0, Entries::len)
    }

    /// How much they weigh.
    pub(super) fn weight(&self) -> u64 {
        self.entries.as_ref().map_or(0, Entries::weight)
    }

    pub(super) fn change(&self) -> Changes<'_> {
        let random = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        Changes { memory: self, random }
    }
}

impl Changes<'_> {
    /// A number from 0 up to 1, not included; 0 where lifetimes do not differ.
    pub(super) fn chance(&mut self) -> f64 {
        self.random.as_mut().map_or(0.0, RngExt::random)
    }

    /// Puts an entry there, unless it was invalidated while it was loaded, or what is there came from a load that began
    /// later. What was read from disk gives way to everything that is still fresh.
    pub(super) fn insert(
        &mut self,
        ticket: &Ticket,
        entry: &Entry,
        now: Moment,
    ) -> (bool, Displaced) {
        if ticket.is_void() {
            return (false, Displaced::default());
        }
        let Some(entries) = &self.memory.entries else { return (true, Displaced::default()) };
        let there = entries.peek(&Sought(ticket.key()));
        let newest = there.as_ref().is_none_or(|there| {
            there.load < entry.load || entry.load == FROM_DISK && !there.is_fresh(now)
        });
        let mut evicted = Default::default();
        if newest {
            entries.insert_with_lifecycle(ticket.key().into(), entry.clone(), &mut evicted);
        }
        let mut displaced: Vec<_> = there.into_iter().collect();
        for (key, entry) in evicted.into_iter().flatten() {
            let counters = &self.memory.counters;
            match (entry.is_fresh(now), key.as_slice() == ticket.key()) {
                (false, _) => counters.evicted_expired.add(),
                (true, false) => counters.evicted_capacity.add(),
                // A newer answer took its place.
                (true, true) => {}
            }
            displaced.push(entry);
        }
        (newest, Displaced(displaced))
    }

    pub(super) fn remove(&mut self, key: &[u8]) -> Displaced {
        let removed = self.memory.entries.as_ref().and_then(|entries| entries.remove(&Sought(key)));
        if removed.is_some() {
            self.memory.counters.evicted_invalidated.add();
        }
        Displaced(removed.into_iter().map(|(_, entry)| entry).collect())
    }

    pub(super) fn remove_all(&mut self) -> Displaced {
        let drained = self.memory.entries.iter().flat_map(Entries::drain);
        let removed: Vec<_> = drained.map(|(_, entry)| entry).collect();
        for _ in &removed {
            self.memory.counters.evicted_invalidated.add();
        }
        Displaced(removed)
    }
}
