use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

/// The servers' time: the day of the league. The program turns it, so that two runs of a seed meet the same days
/// however slow the machine is.
#[derive(Debug, Clone, Default)]
pub(crate) struct LeagueClock(Arc<AtomicU32>);

impl LeagueClock {
    /// Today.
    pub(crate) fn today(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    /// A new day begins.
    pub(crate) fn dawn(&self, day: u32) {
        self.0.store(day, Ordering::Relaxed);
    }
}
