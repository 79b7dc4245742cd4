//! What a call is to the cache: served by it, or there to load what it lacks.

use super::{
    core::Core,
    lookup::{Expired, Find, find},
    refresh,
};
use crate::{
    Provenance,
    cache::{Cache, Found, InMemory, Key, Load, Promotion, Spare},
    clock::Moment,
    counters::End,
    outcome::{Codec, Kept},
    warm,
};

/// What a call that the cache did not serve is to it.
pub(super) struct Miss {
    /// What an expired answer would be found by.
    key: Box<[u8]>,
    load: Option<Load>,
    /// What is there, where this call loads it anew before it expires.
    spare: Option<Spare>,
    /// Whether the call is there to fill the cache.
    warming: bool,
    /// Whether a task of its own loads it.
    in_background: bool,
}

impl Miss {
    fn is_of(&self, key: &[u8]) -> bool {
        *self.key == *key
    }

    /// Whether nobody waits for an answer, and nothing but one is of any use.
    fn only_fills(&self) -> bool {
        self.warming || self.in_background
    }
}

/// What a look into memory found.
pub(super) enum Look<'m> {
    Found(Kept, Provenance),
    Further(Find<'m>),
    Nowhere,
}

impl<'m> Core<'m> {
    /// Looks for a value in memory that may be served, and that nobody is to load anew: that is all most lookups come to.
    pub(super) fn look(&mut self, key: &Key) -> Option<Kept> {
        let cache = self.pipeline.cache.as_deref()?;
        if cache.refreshes() && refresh::is_one() {
            return None;
        }
        let (kept, age) = cache.served(key.bytes()?, self.now)?;
        self.provenance = Provenance::Memory { age };
        self.pipeline.counters.memory_hits.add();
        Some(kept)
    }

    /// Looks again; where it is not there or is due, says how to find or load it.
    pub(super) fn look_further(&mut self, key: &Key, codec: Codec) -> Look<'m> {
        let Some(cache) = &self.pipeline.cache else { return Look::Nowhere };
        let Some(key) = key.bytes() else {
            self.pipeline
                .subject
                .cache(&"an argument cannot be serialized, so its answer is not cached");
            return Look::Nowhere;
        };
        // A task's first call is that of a method that refreshes; no other pays for the question.
        let due = if cache.refreshes() { refresh::due() } else { None };
        let in_background = due.is_some();
        if let Some(due) = due.filter(|due| due.is_of(key)) {
            self.miss = Some(due);
            return Look::Nowhere;
        }
        let (load, spare, look) = match cache.in_memory(key, self.now) {
            InMemory::Fresh(value, provenance) => {
                self.pipeline.counters.memory_hits.add();
                return Look::Found(value, provenance);
            }
            InMemory::Due(spare, load) => {
                self.pipeline.counters.refreshes.add();
                (Some(load), Some(spare), Look::Nowhere)
            }
            InMemory::Nothing => {
                (None, None, Look::Further(find(cache, key.into(), codec, self.deadline)))
            }
        };
        let warming = warm::begins();
        let miss = Miss { key: key.into(), load, spare, warming, in_background };
        self.miss = Some(Box::new(miss));
        look
    }

    /// Ends a call with a good value of memory.
    pub(super) fn end_served(&mut self) {
        self.settled = true;
        self.end = Some(End::Success);
        self.finish(false);
    }

    /// What this call loads, if it does.
    #[inline]
    pub(super) fn take_load(&mut self) -> Option<Load> {
        self.miss.as_mut()?.load.take()
    }

    /// Whether the call is there to fill the cache, which nothing but an answer does.
    pub(super) fn only_fills(&self) -> bool {
        self.miss.as_ref().is_some_and(|miss| miss.only_fills())
    }

    /// Lets those who wait for this call's load go: it brings nothing.
    #[inline]
    pub(super) fn give_up_load(&mut self) {
        if let Some(load) = self.take_load() {
            Cache::failed(load);
        }
    }

    #[inline]
    pub(super) fn has_spare(&self) -> bool {
        self.miss.as_ref().is_some_and(|miss| miss.spare.is_some())
    }

    /// Gives away what is to be loaded anew, with the value that is there. A call that is there to load keeps it.
    pub(super) fn put_off(&mut self) -> Option<(Box<Miss>, Kept, Provenance)> {
        let now = self.now;
        let mut due = self.miss.take_if(|miss| !miss.only_fills())?;
        due.in_background = true;
        let (value, provenance) = due.spare.as_ref()?.value(now);
        self.pipeline.counters.memory_hits.add();
        Some((due, value, provenance))
    }

    /// What was there before a refresh that has failed.
    #[cold]
    pub(super) fn spared(&mut self) -> Option<(Kept, Provenance)> {
        let spare = self.miss.as_mut()?.spare.take()?;
        self.give_up_load();
        self.pipeline.cache.as_ref()?.spared(spare, Moment::now())
    }

    /// Keeps the next caller from beginning a task at once, where this one brought an answer that is not kept.
    #[inline]
    pub(super) fn pause_refresh(&mut self) {
        if self.miss.as_ref().is_some_and(|miss| miss.in_background) {
            drop(self.spared());
        }
    }

    /// Looks for an answer that has expired and may still be served. Boxed, for a call that succeeds never looks.
    #[cold]
    pub(super) fn stale(&mut self, codec: Codec) -> Option<Expired<'m>> {
        self.give_up_load();
        let cache = self.pipeline.cache.as_ref()?;
        let key = self.miss.take_if(|miss| !miss.only_fills())?.key;
        Some(Box::pin(async move { cache.stale(&key, codec).await }))
    }

    /// Takes note of what the look beyond memory brought.
    pub(super) fn looked(
        &mut self,
        found: Option<Found>,
    ) -> Option<(Kept, Provenance, Option<Promotion>)> {
        self.now = Moment::now();
        let counters = &self.pipeline.counters;
        match found? {
            Found::Value { value, provenance, coalesced, promotion } => {
                match provenance {
                    Provenance::Disk { .. } => counters.disk_hits.add(),
                    _ if coalesced => counters.coalesced.add(),
                    _ => counters.memory_hits.add(),
                }
                Some((value, provenance, promotion))
            }
            Found::Nothing(load) => {
                counters.cache_misses.add();
                if let Some(miss) = &mut self.miss {
                    miss.load = Some(load);
                }
                None
            }
        }
    }
}
