use std::{cmp::Reverse, collections::HashMap, fmt, sync::Arc};

use resilient_policy::BreakerSettings;

use super::{BreakerSnapshot, CircuitBreaker, Owner, listeners::Listeners};
use crate::{
    Name,
    clock::Moment,
    rng::Seeds,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How many keys have a breaker at one time, within one scope.
pub(crate) const MOST_KEYS: usize = 1_000;

/// How many are forgotten at once when there are too many, so that a look at all of them is paid for by so many new
/// keys.
pub(super) const BATCH: usize = 100;

/// A circuit breaker for each key, such as a host, made when it is first used.
pub(crate) struct KeyedBreakers {
    owner: Owner,
    settings: Arc<BreakerSettings>,
    seeds: Arc<Seeds>,
    heard: Arc<Listeners>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// How many times any of them was used: what ages are told by.
    uses: u64,
    breakers: HashMap<Name, Entry>,
}

struct Entry {
    breaker: CircuitBreaker,
    /// The number of its last use.
    used: u64,
}

impl KeyedBreakers {
    /// Breakers of one `owner`, whose key is left open.
    pub(crate) fn new(
        owner: Owner,
        settings: BreakerSettings,
        seeds: Arc<Seeds>,
        heard: Arc<Listeners>,
    ) -> Self {
        Self {
            owner,
            settings: Arc::new(settings),
            seeds,
            heard,
            kept: Mutex::new(Kept::default()),
        }
    }

    pub(crate) fn settings(&self) -> &BreakerSettings {
        &self.settings
    }

    /// The breaker of a key. A known key allocates nothing.
    pub(crate) fn get(&self, key: &str) -> CircuitBreaker {
        let mut kept = self.lock();
        kept.uses += 1;
        let used = kept.uses;
        if let Some(entry) = kept.breakers.get_mut(key) {
            entry.used = used;
            return entry.breaker.clone();
        }
        let forgotten =
            if kept.breakers.len() >= MOST_KEYS { kept.forget(Moment::now()) } else { Vec::new() };
        let name = Name::from(key);
        let owner = Owner { key: Some(name.clone()), ..self.owner.clone() };
        let (settings, heard) = (Arc::clone(&self.settings), Arc::clone(&self.heard));
        let breaker = CircuitBreaker::new(owner, settings, self.seeds.next(), heard);
        kept.breakers.insert(name, Entry { breaker: breaker.clone(), used });
        // A breaker's listeners go with it, and what they hold is dropped under no lock.
        drop(kept);
        drop(forgotten);
        breaker
    }

    /// Those that are not as good as new, by key.
    pub(crate) fn snapshot(&self) -> Vec<(Name, BreakerSnapshot)> {
        let now = Moment::now();
        let mut snapshot: Vec<_> = self
            .all()
            .into_iter()
            .filter(|(_, breaker)| !breaker.is_clean(now))
            .map(|(key, breaker)| (key, breaker.snapshot()))
            .collect();
        snapshot.sort_unstable_by(|(first, _), (second, _)| first.cmp(second));
        snapshot
    }

    /// Closes all of them, and forgets what they counted.
    pub(crate) fn reset(&self) {
        for (_, breaker) in self.all() {
            breaker.reset();
        }
    }

    #[cfg(all(test, not(resilient_loom)))]
    pub(crate) fn len(&self) -> usize {
        self.lock().breakers.len()
    }

    fn all(&self) -> Vec<(Name, CircuitBreaker)> {
        let kept = self.lock();
        kept.breakers.iter().map(|(key, entry)| (key.clone(), entry.breaker.clone())).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Makes room: idle ones go first, then those that no call holds, and of equals those unused the longest.
    fn forget(&mut self, now: Moment) -> Vec<Entry> {
        let mut ranks: Vec<_> = self
            .breakers
            .iter()
            .map(|(key, Entry { breaker, used })| {
                let (idle, free) = (breaker.is_idle(now), !breaker.is_held());
                ((Reverse(idle), Reverse(free), *used), key.clone())
            })
            .collect();
        ranks.select_nth_unstable(BATCH);
        ranks.iter().take(BATCH).filter_map(|(_, key)| self.breakers.remove(key)).collect()
    }
}

impl fmt::Debug for KeyedBreakers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedBreakers").field("owner", &self.owner).finish_non_exhaustive()
    }
}
