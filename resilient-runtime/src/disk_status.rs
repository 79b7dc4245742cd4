//! What a registry says of its disk tier.

/// The state of a registry's disk tier.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[non_exhaustive]
pub enum DiskStatus {
    /// The registry was built without a cache directory: caches work from memory alone.
    Off,
    /// Answers are kept on disk.
    Ready,
    /// The directory cannot be used: caches work from memory alone.
    #[non_exhaustive]
    Unavailable {
        /// Why.
        reason: String,
    },
}

/// What is on disk, and what came of it: of the whole directory, whichever registries of this process share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct DiskSnapshot {
    /// Answers on disk, those that have expired and were not swept out yet among them.
    pub entries: u64,
    /// Bytes that the file takes.
    pub bytes: u64,
    /// Bytes that the directory may take.
    pub limit: u64,
    /// Damaged answers, and errors after which the disk tier was switched off.
    pub errors: u64,
    /// Answers that were not kept: too large for the limit, not serializable, or faster than the disk.
    pub not_kept: u64,
}
