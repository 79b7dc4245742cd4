use std::{
    collections::HashMap,
    fmt,
    hash::{BuildHasher, RandomState},
};

use resilient_policy::RateSettings;

use super::{Common, KeyedRateSnapshot, RateLimiter};
use crate::{
    Name,
    clock::Moment,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The keys are spread over so many maps, so that one that is swept holds few calls up.
const SHARDS: usize = 32;

/// How many keys have a limiter at one time: as many as anybody could have who is not idle.
pub(crate) const MOST_KEYS: usize = 1 << 20;

/// How many keys a map has before it is swept for the first time.
const FEW: usize = 32;

/// A rate limiter for each key, such as a user, made when it is first used, and forgotten when it is as good as new.
///
/// Nothing runs in the background: a map that has doubled since it was swept is swept when the next key comes.
pub(crate) struct KeyedLimiters {
    common: Arc<Common>,
    hasher: RandomState,
    shards: Box<[Mutex<Shard>]>,
}

struct Shard {
    // No `Name`: nobody shares them, and there may be a million.
    limiters: HashMap<Box<str>, RateLimiter>,
    sweep_at: usize,
}

impl KeyedLimiters {
    pub(crate) fn new(service: Name, settings: RateSettings) -> Self {
        let shard = || Mutex::new(Shard { limiters: HashMap::new(), sweep_at: FEW });
        Self {
            common: Arc::new(Common::new(service, settings)),
            hasher: RandomState::new(),
            shards: (0..SHARDS).map(|_| shard()).collect(),
        }
    }

    pub(crate) fn settings(&self) -> &RateSettings {
        &self.common.settings
    }

    /// The limiter of a key. A known key allocates nothing.
    pub(crate) fn get(&self, key: &str) -> RateLimiter {
        let hash = self.hasher.hash_one(key);
        #[expect(clippy::cast_possible_truncation, reason = "any part of it will do")]
        let mut shard = lock(&self.shards[hash as usize % SHARDS]);
        if let Some(limiter) = shard.limiters.get(key) {
            return limiter.clone();
        }
        if shard.limiters.len() >= shard.sweep_at {
            shard.sweep(Moment::now());
        }
        let limiter = RateLimiter::of(Arc::clone(&self.common));
        shard.limiters.insert(Box::from(key), limiter.clone());
        limiter
    }

    pub(crate) fn snapshot(&self) -> KeyedRateSnapshot {
        let settings = &self.common.settings;
        KeyedRateSnapshot {
            limit: settings.limit,
            per: settings.per,
            burst: settings.burst,
            keys: self.len(),
            counts: self.common.counts.get(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).limiters.len()).sum()
    }
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shard {
    /// Forgets who is idle; and where there are too many who are not, any of those whom no call holds.
    fn sweep(&mut self, now: Moment) {
        const MOST: usize = MOST_KEYS / SHARDS;
        self.limiters.retain(|_, limiter| !limiter.is_forgettable(now));
        if self.limiters.len() >= MOST {
            let mut surplus = MOST / 8;
            self.limiters.retain(|_, limiter| {
                let goes = surplus > 0 && limiter.is_free();
                surplus -= usize::from(goes);
                !goes
            });
        }
        self.sweep_at = (self.limiters.len() * 2).clamp(FEW, MOST);
        self.limiters.shrink_to(self.sweep_at);
    }
}

impl fmt::Debug for KeyedLimiters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedLimiters")
            .field("service", &self.common.service)
            .finish_non_exhaustive()
    }
}
