/// The places, in one number: a call that finds one free takes it in one step and without the lock, and so does one
/// that gives it back while nobody waits.
///
/// While somebody waits, the word changes only under the lock of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word(u64);

const WAITING: u64 = 1 << 63;
const LIMIT: u32 = 32;

impl Word {
    pub(super) fn new(limit: u32) -> Self {
        Self(0).with_limit(limit)
    }

    pub(super) fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    pub(super) fn bits(self) -> u64 {
        self.0
    }

    pub(super) fn limit(self) -> u32 {
        part(self.0 >> LIMIT)
    }

    pub(super) fn active(self) -> u32 {
        part(self.0)
    }

    pub(super) fn waiting(self) -> bool {
        self.0 & WAITING != 0
    }

    /// Whether a call may take a place now. Where somebody waits, the next free place is theirs.
    pub(super) fn free(self) -> bool {
        !self.waiting() && self.active() < self.limit()
    }

    pub(super) fn entered(self) -> Self {
        Self(self.0 + 1)
    }

    pub(super) fn left(self) -> Self {
        Self(self.0 - 1)
    }

    pub(super) fn with_limit(self, limit: u32) -> Self {
        // A limit is at most a million: it never reaches the highest bit.
        Self(self.0 & (WAITING | u64::from(u32::MAX)) | (u64::from(limit) << LIMIT))
    }

    pub(super) fn with_waiting(self, waiting: bool) -> Self {
        Self(self.0 & !WAITING | (u64::from(waiting) * WAITING))
    }
}

fn part(bits: u64) -> u32 {
    let low = bits & u64::from(u32::MAX >> 1);
    u32::try_from(low).unwrap_or(u32::MAX)
}
