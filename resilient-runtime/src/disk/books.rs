//! What is written down of a directory, for snapshots: read without touching the disk.

use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Debug, Default)]
pub(super) struct Books {
    entries: AtomicU64,
    bytes: AtomicU64,
    errors: AtomicU64,
    not_kept: AtomicU64,
}

impl Books {
    pub(super) fn holds(&self, entries: u64, bytes: u64) {
        self.entries.store(entries, Ordering::Relaxed);
        self.bytes.store(bytes, Ordering::Relaxed);
    }

    pub(super) fn error(&self) {
        self.errors.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn not_kept(&self) {
        self.not_kept.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn entries(&self) -> u64 {
        self.entries.load(Ordering::Relaxed)
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(super) fn snapshot(&self, limit: u64) -> crate::DiskSnapshot {
        crate::DiskSnapshot {
            entries: self.entries(),
            bytes: self.bytes(),
            limit,
            errors: self.errors.load(Ordering::Relaxed),
            not_kept: self.not_kept.load(Ordering::Relaxed),
        }
    }
}
