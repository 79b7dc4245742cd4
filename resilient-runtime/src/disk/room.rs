//! How much of the disk the answers may take.
//!
//! The file holds old pages beside the new ones, for a write never overwrites what a power cut may bring back, and it
//! does not become smaller by itself. So it is replaced, once it takes half of the limit, by a file with the newest
//! answers of a quarter: together they stay below the limit also while both are there.

use std::{
    fs::File,
    io,
    sync::atomic::{AtomicU64, Ordering},
};

/// The smallest limit: an empty file takes a quarter of it.
pub(crate) const SMALLEST: u64 = 4 << 20;
/// Where nothing else is said.
pub(crate) const DEFAULT: u64 = 1 << 30;
const PAGE: u64 = 4_096;

/// A limit, and what follows from it.
#[derive(Debug)]
pub(super) struct Room(AtomicU64);

impl Room {
    pub(super) fn new(limit: u64) -> Self {
        Self(AtomicU64::new(limit.max(SMALLEST)))
    }

    pub(super) fn limit(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Of two limits for one directory the smaller one holds.
    pub(super) fn at_most(&self, limit: u64) {
        self.0.fetch_min(limit.max(SMALLEST), Ordering::Relaxed);
    }

    /// A file that takes more is replaced.
    pub(super) fn full(&self) -> u64 {
        self.limit() / 2
    }

    /// What is taken along into the file that replaces it, [at rest](at_rest).
    pub(super) fn kept(&self) -> u64 {
        self.limit() / 4
    }

    /// What is [written] in one step: a step may take so much on top of a file that is nearly full.
    pub(super) fn step(&self) -> u64 {
        self.limit() / 16
    }

    /// The largest record.
    pub(super) fn largest(&self) -> u64 {
        self.limit() / 32
    }
}

/// What a record takes of the file, at most: pages by powers of two, or half of a page that it shares.
pub(super) fn at_rest(record: usize) -> u64 {
    2 * (record as u64 + 64)
}

/// What writing a record takes, at most: the page that it shares is written anew, and the one above it.
pub(super) fn written(record: usize) -> u64 {
    at_rest(record) + 2 * PAGE
}

/// What removing a record takes.
pub(super) const REMOVED: u64 = 2 * PAGE;

/// What a file takes of the disk. It is made longer in large steps, and what was not written yet takes nothing.
pub(super) fn taken(file: &File) -> io::Result<u64> {
    let metadata = file.metadata()?;
    #[cfg(unix)]
    {
        let blocks = std::os::unix::fs::MetadataExt::blocks(&metadata);
        Ok(metadata.len().min(blocks.saturating_mul(512)))
    }
    #[cfg(not(unix))]
    Ok(metadata.len())
}
