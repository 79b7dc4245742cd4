//! Stands in for the disk tier where the feature `disk` is off.

use std::time::Duration;

use crate::{
    clock::Moment,
    outcome::{Codec, Kept},
};

pub(crate) struct DiskEntry {
    pub(crate) value: Kept,
    pub(crate) age: Duration,
    pub(crate) left: Duration,
}

/// No value of it exists.
pub(crate) enum DiskTier {}

#[expect(dead_code, reason = "nothing reads them without a disk")]
pub(crate) struct Lifetime {
    pub(crate) ttl: Duration,
    pub(crate) stale: Duration,
}

impl DiskTier {
    #[expect(clippy::unused_async, reason = "the disk tier's signature")]
    pub(crate) async fn get(
        &self,
        _: &[u8],
        _: Codec,
        _: Lifetime,
        _: Moment,
    ) -> Option<DiskEntry> {
        match *self {}
    }

    pub(crate) fn put(&self, _: &[u8], _: Kept, _: Codec, _: Lifetime, _: Moment) -> Option<()> {
        match *self {}
    }

    pub(crate) fn remove(&self, _: &[u8]) -> Option<()> {
        match *self {}
    }

    pub(crate) fn remove_all(&self) {
        match *self {}
    }
}
