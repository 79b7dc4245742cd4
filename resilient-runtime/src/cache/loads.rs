//! The loads that are under way, so that an invalidation reaches those that began before it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use quick_cache::DefaultHashBuilder;

/// All loads of one cache, by key.
#[derive(Debug, Default)]
pub(super) struct Loads(Mutex<Books>);

#[derive(Debug, Default)]
struct Books {
    /// How many have begun. Each one's number is what this was when it did, so that of two the later one is larger.
    begun: u64,
    /// Loads up to this number bring nothing that may be kept.
    void: u64,
    // That of the memory tier: a load asks several times.
    under_way: HashMap<Box<[u8]>, UnderWay, DefaultHashBuilder>,
}

/// The loads of one key.
#[derive(Debug, Default)]
struct UnderWay {
    loads: usize,
    void: u64,
}

/// One load, listed until it is dropped.
#[derive(Debug)]
pub(super) struct Ticket {
    loads: Arc<Loads>,
    key: Box<[u8]>,
    number: u64,
}

impl Loads {
    fn lock(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn begin(self: &Arc<Self>, key: Box<[u8]>) -> Ticket {
        let mut books = self.lock();
        books.begun += 1;
        let number = books.begun;
        books.under_way.entry(key.clone()).or_default().loads += 1;
        drop(books);
        Ticket { loads: Arc::clone(self), key, number }
    }

    /// What is being loaded for `key` must not be kept.
    pub(super) fn void(&self, key: &[u8]) {
        let mut books = self.lock();
        let begun = books.begun;
        if let Some(under_way) = books.under_way.get_mut(key) {
            under_way.void = begun;
        }
    }

    /// Nothing that is being loaded must be kept.
    pub(super) fn void_all(&self) {
        let mut books = self.lock();
        books.void = books.begun;
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.lock().under_way.len()
    }
}

impl Ticket {
    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Whether an invalidation came while it was under way.
    pub(super) fn is_void(&self) -> bool {
        let books = self.loads.lock();
        let of_key = books.under_way.get(&self.key).map_or(0, |under_way| under_way.void);
        self.number <= books.void.max(of_key)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut books = self.loads.lock();
        if let Some(under_way) = books.under_way.get_mut(&self.key) {
            under_way.loads -= 1;
            if under_way.loads == 0 {
                books.under_way.remove(&self.key);
            }
        }
    }
}
