use std::sync::atomic::{AtomicU64, Ordering};

use rand::{SeedableRng, rngs::SmallRng};

/// Hands out generators whose sequences differ, all determined by one seed.
#[derive(Debug)]
pub(crate) struct Seeds {
    seed: u64,
    handed_out: AtomicU64,
}

impl Seeds {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, handed_out: AtomicU64::new(0) }
    }

    /// A seed of the operating system's; of the clock's where it has none.
    pub(crate) fn unpredictable() -> Self {
        use rand::TryRng;
        let seed = rand::rngs::SysRng
            .try_next_u64()
            .unwrap_or_else(|_| crate::clock::Moment::now().nanos());
        Self::new(seed)
    }

    /// A generator of one's own: no two calls share a sequence.
    pub(crate) fn next(&self) -> SmallRng {
        let number = self.handed_out.fetch_add(1, Ordering::Relaxed);
        // An odd multiplier keeps the seeds of different numbers different; the generator's seeding spreads them.
        SmallRng::seed_from_u64(self.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }
}
